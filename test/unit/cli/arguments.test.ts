import { describe, expect, test } from 'vitest';
import { readArguments } from '../../../src/cli/input/arguments.ts';

const FLAGS = [
  { name: 'namespace', short: 'n', value: 'NAMESPACE', doc: '' },
  { name: 'all-namespaces', short: 'A', doc: '' },
  { name: 'redirected-url', value: 'URL', doc: '' },
];
const read = (...argv: string[]) => readArguments(argv, FLAGS);

describe('a command line', () => {
  test('is taken apart wherever its flags stand', () => {
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

  test('has the last of repeated values', () => {
    const args = read('-n', 'a', '-n', 'b');
    expect(args.text('namespace')).toBe('b');
    expect(args.text('redirected-url')).toBeUndefined();
  });

  test('after "--" has no flags', () => {
    expect(read('status', '--', '-A').positionals).toEqual(['status', '-A']);
  });

  test.each([
    [['--bogus'], '--bogus: is no known flag; see --help.'],
    [['-x'], '-x: is no known flag; see --help.'],
    [['-n'], '-n: needs a value, -n NAMESPACE.'],
    [['--namespace='], '--namespace: needs a value, --namespace NAMESPACE.'],
    [['-A=yes'], undefined],
    [['--all-namespaces=yes'], '--all-namespaces: takes no value.'],
  ])('that is wrong is refused: %s', (argv, message) => {
    expect(() => read(...argv)).toThrow(message);
  });

  test('is never repeated: a secret may have lost its flag', () => {
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
