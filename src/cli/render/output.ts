import { createScrubber } from '../../secrets/redaction.ts';

/** The output of a command. Registered secrets are masked, and control characters are replaced. */
export interface Output {
  /** One line on standard output. */
  print(line?: string): void;
  /** Several lines on standard output, such as a manifest. */
  printText(text: string): void;
  /** One line on standard error. */
  printError(line: string): void;
  /** Masks `value` in all later output. */
  redact(value: string): void;
}

/** Writes to a stream. */
export type Sink = (text: string) => void;

/** An `Output` on two streams. */
export function createOutput(stdout: Sink, stderr: Sink): Output {
  const scrubber = createScrubber();
  const lineTo =
    (sink: Sink) =>
    (line = ''): void =>
      sink(`${scrubber.scrub(printable(line))}\n`);
  const print = lineTo(stdout);
  return {
    print,
    printText(text) {
      for (const line of text.replace(/\n$/, '').split('\n')) {
        print(line);
      }
    },
    printError: lineTo(stderr),
    redact: (value) => scrubber.register(value),
  };
}

/** `text` on one line, without escape sequences and direction marks that a field of a resource may contain. */
export function printable(text: string): string {
  return text.replaceAll(/[\r\n\t]+/g, ' ').replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}
