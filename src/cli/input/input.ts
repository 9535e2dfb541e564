import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CliError } from '../errors.ts';

/** Standard input. */
export interface Input {
  /** Whether it is interactive. */
  readonly isTerminal: boolean;
  /**
   * Its lines, to the end. A terminal does not echo them, as with passwords. Ctrl-C throws a `CliError` of exit
   * `interrupted`.
   */
  lines(): AsyncIterable<string>;
}

/** An `Input` on a stream such as `process.stdin`. */
export function createInput(stream: NodeJS.ReadStream): Input {
  const isTerminal = stream.isTTY === true;
  return {
    isTerminal,
    async *lines() {
      const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
      // `terminal` turns the echo of the terminal off; the echo of readline goes to `nowhere`.
      const reader = createInterface({
        input: stream,
        historySize: 0,
        ...(isTerminal && { output: nowhere, terminal: true }),
      });
      let interrupted = false;
      reader.once('SIGINT', () => {
        interrupted = true;
        reader.close();
      });
      try {
        yield* reader;
      } finally {
        reader.close();
        // An open pipe would keep the process alive.
        stream.destroy();
      }
      if (interrupted) {
        throw new CliError('interrupted', 'interrupted');
      }
    },
  };
}
