import { createScrubber } from '../../secrets/redaction.ts';

/** A color of a line: what is added, changed, removed, or needs a user. */
export type Color = 'green' | 'yellow' | 'red' | 'cyan';

/** SGR sequences of a terminal. */
const COLORS: Readonly<Record<Color, string>> = {
  green: '\u{1b}[32m',
  yellow: '\u{1b}[33m',
  red: '\u{1b}[31m',
  cyan: '\u{1b}[36m',
};
const RESET = '\u{1b}[0m';

/** Whether a stream shows colors: a terminal, unless NO_COLOR is set (no-color.org). */
export function showsColors(
  stream: { readonly isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/** The output of a command. Registered secrets are masked, and control characters are replaced. */
export interface Output {
  /** One line on standard output; in a color where the output shows colors. */
  print(line?: string, color?: Color): void;
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
export function createOutput(stdout: Sink, stderr: Sink, showsColors = false): Output {
  const scrubber = createScrubber();
  const lineTo =
    (sink: Sink) =>
    (line = '', color?: Color): void => {
      const text = scrubber.scrub(printable(line));
      sink(color === undefined || !showsColors ? `${text}\n` : `${COLORS[color]}${text}${RESET}\n`);
    };
  const print = lineTo(stdout);
  const printError = lineTo(stderr);
  return {
    print,
    printText(text) {
      for (const line of text.replace(/\n$/, '').split('\n')) {
        print(line);
      }
    },
    printError: (line) => printError(line),
    redact: (value) => scrubber.register(value),
  };
}

/** `text` on one line, without escape sequences and direction marks that a field of a resource may contain. */
export function printable(text: string): string {
  return text.replaceAll(/[\r\n\t]+/g, ' ').replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}
