import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cliExitCodes } from '../../../src/cli/exit-codes.ts';
import { createOutput } from '../../../src/cli/render/output.ts';
import { COMMANDS, run } from '../../../src/cli/run.ts';
import { VERSION } from '../../../src/config/version.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const page = ['how-to/authorize-from-the-command-line.md', 'reference/command-line.md']
  .map((path) => readFileSync(join(import.meta.dirname, '../../../docs', path), 'utf8'))
  .join('\n');

/** Runs a command line that asks no cluster. */
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
  });
  return { code, out, err };
}

describe('help', () => {
  test('names every command and every exit code', async () => {
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

  test.each(COMMANDS.map((command) => [command.name, command] as const))(
    'of %s names its flags, wherever it is asked for',
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

  test('has no line with a space at its end', async () => {
    const { out } = await runHere('authorize', '--help');
    expect(out).not.toMatch(/ $/m);
  });

  test('of the version is the version', async () => {
    expect(await runHere('--version')).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
  });
});

describe('a command line that is wrong', () => {
  test.each([
    [['bogus'], /no such command/],
    [['authorize'], /NAME is missing/],
    [['authorize', 'a', 'b'], /more arguments/],
    [['authorize', 'Not_A_Name'], /NAME: is not a name/],
    [['status', '--secret', 'x'], /--secret: is no flag of status/],
    [['status', 'crm', '-A'], /do not go together/],
    [['orphans', 'sap', '-A'], /do not go together/],
    [['explain', 'Secret'], /Similar: .*SecretNotFound/],
    [['explain', 'Xyz'], /Reasons: .*AuthorizationRequired/],
    [['-n', 'x'], /A command is missing/],
    [['status', '--kubeconfig', '/nowhere/at/all'], /--kubeconfig cannot be read/],
  ])('%j', async (argv, message) => {
    const { code, out, err } = await runHere(...argv);
    expect({ code, out }).toEqual({ code: cliExitCodes.usage.code, out: '' });
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n {4}at /);
  });

  test('of a file that is no kubeconfig says nothing of what is in it', async () => {
    const { err } = await runHere('status', '--kubeconfig', import.meta.filename);
    expect(err).toBe('The file of --kubeconfig cannot be read, or is no kubeconfig.\n');
  });
});

describe('the pages about the command line', () => {
  test('has the exit codes as they are', () => {
    for (const { code, meaning } of Object.values(cliExitCodes)) {
      expect(page).toContain(`| ${code} | ${meaning} |`);
    }
  });

  test('names only flags and commands that there are', () => {
    const flags = new Set(COMMANDS.flatMap((command) => command.flags.map(({ name }) => name)));
    const known = [...flags, 'namespace', 'help', 'overwrite'];
    for (const [, flag = ''] of page.matchAll(/ --([a-z-]{3,})/g)) {
      expect(known).toContain(flag);
    }
    for (const [, command = ''] of page.matchAll(/kubectl openconnectors ([a-z]+)/g)) {
      expect(COMMANDS.map(({ name }) => name)).toContain(command);
    }
  });
});
