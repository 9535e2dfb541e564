import { describe, expect, it } from 'vitest';
import { readArguments } from '../../../../src/cli/input/arguments.ts';
import { COMMON_FLAGS } from '../../../../src/cli/input/flags.ts';
import { rollback } from '../../../../src/cli/migrate/changes/rollback.ts';
import { switchBack, switchOver } from '../../../../src/cli/migrate/changes/switch.ts';
import { toRest } from '../../../../src/cli/migrate/changes/to-rest.ts';
import { MIGRATE_FLAGS, readMigrateOptions } from '../../../../src/cli/migrate/options.ts';

const read = (...argv: string[]) => {
  const args = readArguments(argv, [...COMMON_FLAGS, ...MIGRATE_FLAGS]);
  return readMigrateOptions(args, args.positionals);
};

describe('the command line of migrate', () => {
  it('is a dry run in batches of 10 by default', () => {
    expect(read()).toEqual({
      change: toRest,
      selection: { selector: undefined, names: [] },
      isEverywhere: false,
      isDryRun: true,
      batchSize: 10,
      timeoutMs: 1_800_000,
      force: false,
      folder: undefined,
      format: 'text',
    });
  });

  it('has a value for every flag', () => {
    expect(
      read('a', 'b', '-l', 'team=x', '--yes', '--batch', '20', '--timeout', '1h', '--force', '-o', 'json'),
    ).toMatchObject({
      selection: { selector: 'team=x', names: ['a', 'b'] },
      isDryRun: false,
      batchSize: 20,
      timeoutMs: 3_600_000,
      force: true,
      format: 'json',
    });
    expect(read('-A', '--output', 'patches')).toMatchObject({ isEverywhere: true, folder: 'patches' });
  });

  it.each([
    [['--rollback'], rollback],
    [['--switch'], switchOver],
    [['--switch', '--rollback'], switchBack],
  ])('selects the change by %j', (argv, change) => {
    expect(read(...argv).change).toBe(change);
  });

  it.each([
    [['a', '-A'], /NAME and --all-namespaces are mutually exclusive/],
    [['--output', 'x', '--yes'], /--output and --yes are mutually exclusive/],
    [['--output', 'json'], /names a folder. For the report, use -o json/],
    [['-o', 'yaml'], /-o: must be json or markdown/],
    [['--batch', '0'], /--batch: must be a number from 1 to 100/],
    [['--batch', '101'], /--batch/],
    [['--batch', 'x'], /--batch/],
    [['--timeout', '0s'], /--timeout: must be a duration/],
    [['Not_A_Name'], /NAME: must be a valid object name/],
  ])('is refused: %j', (argv, message) => {
    expect(() => read(...argv)).toThrow(message);
  });
});
