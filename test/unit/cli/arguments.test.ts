import { describe, expect, it } from 'vitest';
import { readArguments } from '../../../src/cli/input/arguments.ts';

const FLAGS = [
  { name: 'namespace', short: 'n', value: 'NAMESPACE', description: '' },
  { name: 'all-namespaces', short: 'A', description: '' },
  { name: 'redirected-url', value: 'URL', description: '' },
];
const read = (...argv: string[]) => readArguments(argv, FLAGS);

describe('parsing a command line', () => {
  it('accepts flags in any position', () => {
    for (const argv of [
      ['-n', 'sales', 'status', 'crm'],
      ['status', '--namespace=sales', 'crm'],
      ['status', 'crm', '-nsales'],
    ]) {
      const args = read(...argv);
      expect(args.positionals).toEqual(['status', 'crm']);
      expect(args.text('namespace')).toBe('sales');
      expect([...args.given]).toEqual(['namespace']);
    }
  });

  it('takes the last of repeated values', () => {
    const args = read('-n', 'a', '-n', 'b');
    expect(args.text('namespace')).toBe('b');
    expect(args.text('redirected-url')).toBeUndefined();
  });

  it('takes no flags after "--"', () => {
    expect(read('status', '--', '-A').positionals).toEqual(['status', '-A']);
  });

  it.each([
    [['--bogus'], '--bogus: unknown flag. See --help.'],
    [['-x'], '-x: unknown flag. See --help.'],
    [['-n'], '-n: requires a value, as in -n NAMESPACE.'],
    [['--namespace='], '--namespace: requires a value, as in --namespace NAMESPACE.'],
    [['-A=yes'], undefined],
    [['--all-namespaces=yes'], '--all-namespaces: does not take a value.'],
  ])('rejects %s', (argv, message) => {
    expect(() => read(...argv)).toThrow(message);
  });

  it('repeats no value in its errors', () => {
    for (const argv of [
      ['--redirect-url=https://connect.example.com/?code=geheim'],
      ['--redirect-url', 'geheim'],
      ['-A=geheim'],
      ['--all-namespaces=geheim'],
    ]) {
      expect(() => read(...argv)).toThrow(/^(?!.*geheim)/);
    }
  });
});
