import { describe, expect, it } from 'vitest';
import { createOutput } from '../../../src/cli/render/output.ts';

function open() {
  const [out, err]: [string[], string[]] = [[], []];
  const output = createOutput(
    (text) => out.push(text),
    (text) => err.push(text),
  );
  return { output, out, err };
}

describe('the output', () => {
  it('writes each line to its stream', () => {
    const { output, out, err } = open();
    output.print('one');
    output.print();
    output.printError('two');
    expect(out).toEqual(['one\n', '\n']);
    expect(err).toEqual(['two\n']);
  });

  it('replaces control characters', () => {
    const { output, out } = open();
    output.print('a\u001b[31mb\u0007c\u202ed\r\ne\u009bf');
    expect(out).toEqual(['a\ufffd[31mb\ufffdc\ufffdd e\ufffdf\n']);
  });

  it('masks a registered secret in all of its encodings', () => {
    const { output, out, err } = open();
    const secret = 'hunter2/with+slash';
    output.print(secret);
    output.redact(secret);
    output.print(`plain ${secret}, encoded ${encodeURIComponent(secret)}`);
    output.printError(Buffer.from(secret).toString('base64'));
    expect(out[0]).toContain(secret);
    expect(`${out[1]}${err[0]}`).not.toMatch(/hunter2|slash|aHVudGVy/);
  });
});
