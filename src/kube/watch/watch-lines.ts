/** Yields the lines of a chunked UTF-8 body, without their line feed. Throws when a line exceeds `maxLength` characters. */
export async function* readLines(
  body: AsyncIterable<Uint8Array>,
  onChunk: () => void,
  maxLength = 16 * 1024 * 1024,
): AsyncGenerator<string, void, undefined> {
  // Not node:readline: its interface emits an unhandled 'error' when the body is aborted, which ends the process.
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    onChunk();
    const text = decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      yield rest + text.slice(start, end);
      rest = '';
      start = end + 1;
    }
    rest += text.slice(start);
    if (rest.length > maxLength) {
      throw new Error('a line of the watch is too long');
    }
  }
  // What is left without a line feed is half an event: it will come again from the last resource version.
}
