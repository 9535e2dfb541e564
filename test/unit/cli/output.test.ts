import { describe, expect, test } from 'vitest';
import { createOutput } from '../../../src/cli/render/output.ts';

function open() {
  const [out, err]: [string[], string[]] = [[], []];
  const output = createOutput(
    (text) => out.push(text),
    (text) => err.push(text),
  );
  return { output, out, err };
}

describe('what the commands print', () => {
  test('goes to its stream, a line each', () => {
    const { output, out, err } = open();
    output.say('one');
    output.say();
    output.complain('two');
    expect(out).toEqual(['one\n', '\n']);
    expect(err).toEqual(['two\n']);
  });

  test('cannot steer the terminal, whatever the cluster holds', () => {
    const { output, out } = open();
    output.say('a\u001b[31mb\u0007c\u202ed\r\ne\u009bf');
    expect(out).toEqual(['a\ufffd[31mb\ufffdc\ufffdd e\ufffdf\n']);
  });

  test('never shows a secret that was told, in any of its forms', () => {
    const { output, out, err } = open();
    const secret = 'hunter2/with+slash';
    output.say(secret);
    output.keepSecret(secret);
    output.say(`plain ${secret}, encoded ${encodeURIComponent(secret)}`);
    output.complain(Buffer.from(secret).toString('base64'));
    expect(out[0]).toContain(secret);
    expect(`${out[1]}${err[0]}`).not.toMatch(/hunter2|slash|aHVudGVy/);
  });
});
