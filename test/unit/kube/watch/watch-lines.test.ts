import { describe, expect, it } from 'vitest';
import { readLines } from '../../../../src/kube/watch/watch-lines.ts';

/** The lines of a body that arrives in these chunks, and how many chunks were announced. */
async function linesOf(chunks: readonly (string | Uint8Array)[], maxLength?: number) {
  const lines: string[] = [];
  let heard = 0;
  const body = (async function* () {
    for (const chunk of chunks) {
      yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    }
  })();
  const onChunk = (): void => {
    heard += 1;
  };
  for await (const line of readLines(body, onChunk, maxLength)) {
    lines.push(line);
  }
  return { lines, heard };
}

describe('the lines of a body', () => {
  it.each([
    ['several in one chunk', ['a\nbc\n'], ['a', 'bc']],
    ['one in several chunks', ['a', 'b', 'c\nd\n'], ['abc', 'd']],
    ['empty ones', ['\n\na\n'], ['', '', 'a']],
    ['a line feed at the begin of a chunk', ['a', '\nb\n'], ['a', 'b']],
    ['not what is left without a line feed', ['a\nhalf'], ['a']],
  ])('are %s', async (_title, chunks, expected) => {
    expect((await linesOf(chunks)).lines).toEqual(expected);
  });

  it('keep a character that two chunks share', async () => {
    const bytes = Buffer.from('ä\n');
    expect((await linesOf([bytes.subarray(0, 1), bytes.subarray(1)])).lines).toEqual(['ä']);
  });

  it('announce every chunk, also one without a line', async () => {
    expect(await linesOf(['a', 'b', '\n'])).toEqual({ lines: ['ab'], heard: 3 });
  });

  it('end with an error for a line that is longer than allowed', async () => {
    const long = 'x'.repeat(100_000);
    await expect(linesOf([long, '\n'])).resolves.toMatchObject({ lines: [long] });
    await expect(linesOf(['abc', 'd\n'], 3)).resolves.toMatchObject({ lines: ['abcd'] });
    await expect(linesOf(['abcd'], 3)).rejects.toThrow('a line of the watch is too long');
    await expect(linesOf(['a\nbcd', 'e'], 3)).rejects.toThrow('a line of the watch is too long');
  });
});
