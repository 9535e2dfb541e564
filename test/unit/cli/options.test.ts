import { describe, expect, it } from 'vitest';
import { AUTHORIZE_FLAGS, readOptions } from '../../../src/cli/authorize/options.ts';
import { readArguments } from '../../../src/cli/input/arguments.ts';

describe('the command line of authorize', () => {
  const read = (...argv: string[]) => readOptions(readArguments(argv, AUTHORIZE_FLAGS), 'crm');

  it('has defaults', () => {
    expect(read()).toEqual({
      name: 'crm',
      secretName: undefined,
      key: undefined,
      callbackUrl: undefined,
      redirectedUrl: undefined,
      authorizeUrl: 'https://accounts.infusionsoft.com/app/oauth/authorize',
      timeoutMs: 300_000,
    });
  });

  it.each([
    ['--timeout=0s'],
    ['--timeout=soon'],
    ['--callback-url=http://connect.example.com/'],
    ['--secret=Not_A_Name'],
    ['--key=a/b'],
    ['--authorize-url=http://localhost/authorize'],
    ['--authorize-url=https://me@localhost/authorize'],
    ['--authorize-url=https://localhost/authorize?client_id=x'],
    ['--authorize-url=https://localhost/authorize#x'],
    ['--authorize-url=localhost'],
  ])('is rejected with %s', (flag) => {
    expect(() => read(flag)).toThrow(/^--/);
  });
});
