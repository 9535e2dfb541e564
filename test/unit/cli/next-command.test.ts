import { describe, expect, it } from 'vitest';
import { migrate } from '../../../src/cli/commands/migrate.ts';
import { readArguments } from '../../../src/cli/input/arguments.ts';
import { COMMON_FLAGS } from '../../../src/cli/input/flags.ts';
import { nextCommand } from '../../../src/cli/input/next-command.ts';

describe('the next command', () => {
  const nextOn = (platform: NodeJS.Platform, ...argv: readonly string[]): string => {
    const args = readArguments(argv, [...COMMON_FLAGS, ...migrate.flags]);
    return nextCommand(migrate, args, args.positionals, {
      platform,
      namespace: args.given.has('all-namespaces') ? undefined : 'sales',
      without: ['force'],
      flags: ['--yes'],
    });
  };

  const next = (...argv: readonly string[]): string => nextOn('linux', ...argv);

  it('selects the same connectors', () => {
    expect(next()).toBe('kubectl openconnectors migrate -n sales --yes');
    expect(next('crm', 'erp', '-n', 'sales', '--force')).toBe(
      'kubectl openconnectors migrate crm erp -n sales --yes',
    );
    expect(next('-A', '--selector', 'team=sales', '--batch', '5')).toBe(
      'kubectl openconnectors migrate -A -l team=sales --batch 5 --yes',
    );
  });

  it('uses the same cluster', () => {
    expect(next('--context', 'production')).toBe(
      'kubectl openconnectors migrate -n sales --context production --yes',
    );
  });

  it('quotes what has a meaning in a shell', () => {
    expect(next('-l', "team in (sales, it's)")).toBe(
      String.raw`kubectl openconnectors migrate -n sales -l 'team in (sales, it'\''s)' --yes`,
    );
  });

  it('has the quotes of cmd and PowerShell on Windows', () => {
    expect(nextOn('win32', '-l', "team in (sales, it's)")).toBe(
      `kubectl openconnectors migrate -n sales -l "team in (sales, it's)" --yes`,
    );
  });
});
