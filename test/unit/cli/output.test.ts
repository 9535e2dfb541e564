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

describe('the progress', () => {
  it('is one line of a terminal, which gives way to other lines and is cleared at the end', () => {
    let screen = '';
    const output = createOutput(
      (text) => {
        screen += text;
      },
      (text) => {
        screen += text;
      },
      () => 11,
    );
    output.redact('swordfish-12');
    output.showProgress('[##] swordfish-12');
    expect(screen).toBe('[##] [reda');
    screen = '';
    output.print('line');
    expect(screen).toBe('\r\u001b[Kline\n[##] [reda');
    screen = '';
    output.showProgress('0123456789abc');
    expect(screen).toBe('\r\u001b[K0123456789');
    screen = '';
    output.showProgress(undefined);
    output.showProgress(undefined);
    output.print('end');
    expect(screen).toBe('\r\u001b[Kend\n');
  });

  it('is not shown elsewhere', () => {
    const { output, out, err } = open();
    output.showProgress('[##]');
    output.print('line');
    expect({ out, err }).toEqual({ out: ['line\n'], err: [] });
  });
});
