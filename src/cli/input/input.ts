import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CliError } from '../errors.ts';

/** Standard input. */
export interface Input {
  /** Whether a person sits there. */
  readonly isTerminal: boolean;
  /**
   * Its lines, to the end. What is typed or pasted into a terminal is not shown, as passwords are not. Ctrl-C throws a
   * `CliError` of exit `interrupted`.
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
      // With `terminal` the echo of the terminal itself is off, and readline's own goes nowhere.
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
        // A pipe that stays open must not keep the process alive.
        stream.destroy();
      }
      if (interrupted) {
        throw new CliError('interrupted', 'interrupted');
      }
    },
  };
}
