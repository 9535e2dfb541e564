import type { IncomingMessage } from 'node:http';

/** Calls `look` with each line of an endless response, such as a watch, until the stream is destroyed. */
export function eachLine(stream: IncomingMessage, look: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.filter((text) => text !== '')) {
      look(line);
    }
  });
  stream.on('error', () => undefined); // The stream is torn down at the end.
}
