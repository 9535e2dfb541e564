import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliExitCodes } from '../../../src/cli/exit-codes.ts';
import { createOutput } from '../../../src/cli/render/output.ts';
import { COMMANDS, run } from '../../../src/cli/run.ts';
import { VERSION } from '../../../src/config/version.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const page = ['how-to/authorize-from-the-command-line.md', 'reference/command-line.md']
  .map((path) => readFileSync(join(import.meta.dirname, '../../../docs', path), 'utf8'))
  .join('\n');

/** Runs a command line without a cluster. */
async function runHere(...argv: string[]) {
  let [out, err] = ['', ''];
  const code = await run(argv, {
    output: createOutput(
      (text) => {
        out += text;
      },
      (text) => {
        err += text;
      },
    ),
    input: {
      isTerminal: false,
      lines: () => {
        throw new Error('standard input was read');
      },
    },
    clock: new VirtualClock(),
    random: seededRandom(1),
    env: {},
    home: '/nonexistent',
    platform: 'linux',
    onInterrupt: () => () => undefined,
  });
  return { code, out, err };
}

describe('help', () => {
  it('lists every command and every exit code', async () => {
    for (const argv of [[], ['--help'], ['-h']]) {
      const { code, out, err } = await runHere(...argv);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      for (const { name, summary } of COMMANDS) {
        expect(out).toMatch(new RegExp(`^ {2}${name} +${summary.slice(0, 20)}`, 'm'));
      }
      for (const { meaning } of Object.values(cliExitCodes)) {
        expect(out).toContain(meaning);
      }
    }
  });

  it.each(COMMANDS.map((command) => [command.name, command] as const))(
    'of %s lists its flags',
    async (name, { flags }) => {
      const { code, out } = await runHere(name, '--help');
      expect(code).toBe(0);
      for (const flag of [...flags.map((one) => one.name), 'namespace', 'kubeconfig', 'context', 'help']) {
        expect(out).toContain(`--${flag}`);
      }
      expect(out).toContain(`kubectl openconnectors ${name}`);
      expect((await runHere('-h', name)).out).toBe(out);
    },
  );

  it('has no trailing spaces', async () => {
    const { out } = await runHere('authorize', '--help');
    expect(out).not.toMatch(/ $/m);
  });

  it('prints the version', async () => {
    expect(await runHere('--version')).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
  });
});

describe('an invalid command line', () => {
  it.each([
    [['bogus'], /Unknown command/],
    [['authorize'], /Missing argument NAME/],
    [['authorize', 'a', 'b'], /Too many arguments/],
    [['authorize', 'Not_A_Name'], /NAME: must be a valid object name/],
    [['status', '--secret', 'x'], /--secret: unknown flag for "status"/],
    [['status', 'crm', '-A'], /mutually exclusive/],
    [['orphans', 'sap', '-A'], /mutually exclusive/],
    [['explain', 'Secret'], /Similar: .*SecretNotFound/],
    [['explain', 'Xyz'], /Reasons: .*AuthorizationRequired/],
    [['-n', 'x'], /Missing command/],
    [['status', '--kubeconfig', '/nowhere/at/all'], /--kubeconfig: the file cannot be read/],
  ])('fails with exit code 2: %j', async (argv, message) => {
    const { code, out, err } = await runHere(...argv);
    expect({ code, out }).toEqual({ code: cliExitCodes.usage.code, out: '' });
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n {4}at /);
  });

  it('repeats nothing of a file that is not a kubeconfig', async () => {
    const { err } = await runHere('status', '--kubeconfig', import.meta.filename);
    expect(err).toBe('--kubeconfig: the file cannot be read or is not a kubeconfig.\n');
  });
});

describe('the pages about the command line', () => {
  it('list the exit codes', () => {
    for (const { code, meaning } of Object.values(cliExitCodes)) {
      expect(page).toContain(`| ${code} | ${meaning} |`);
    }
  });

  it('names only existing flags and commands', () => {
    const flags = new Set(COMMANDS.flatMap((command) => command.flags.map(({ name }) => name)));
    const known = [...flags, 'namespace', 'help', 'overwrite', 'manifest-url'];
    for (const [, flag = ''] of page.matchAll(/ --([a-z-]{3,})/g)) {
      expect(known).toContain(flag);
    }
    for (const [, command = ''] of page.matchAll(/kubectl openconnectors ([a-z]+)/g)) {
      expect(COMMANDS.map(({ name }) => name)).toContain(command);
    }
  });
});
