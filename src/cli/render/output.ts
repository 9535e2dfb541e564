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
  /** One line on standard output for a program: fields with tabs between them. */
  printFields(...fields: readonly string[]): void;
  /** Several lines on standard output, such as a manifest. */
  printText(text: string): void;
  /** One line on standard error. */
  printError(line: string): void;
  /** Shows one line below the output of a terminal, which the next call replaces; `undefined` removes it. Nothing elsewhere. */
  showProgress(line: string | undefined): void;
  /** Masks `value` in all later output. */
  redact(value: string): void;
}

/** Prints `lines` by `print` of an output, or by its `printError`. */
export function printLines(print: (line: string) => void, lines: readonly string[]): void {
  for (const line of lines) {
    print(line);
  }
}

/** Writes to a stream. */
export type Sink = (text: string) => void;

/** Returns the cursor to the start of the line and clears it. */
const CLEAR_LINE = '\r\u001b[K';

/** An `Output` on two streams. `columns`: width of the terminal of `stderr`; absent where it is none. */
export function createOutput(
  stdout: Sink,
  stderr: Sink,
  columns?: () => number,
  showsColors = false,
): Output {
  const scrubber = createScrubber();
  let progress: string | undefined;
  const clear = (): string => (progress === undefined ? '' : CLEAR_LINE);
  const lineTo =
    (sink: Sink) =>
    (line = '', color?: Color): void => {
      if (progress !== undefined) {
        stderr(clear());
      }
      const text = scrubber.scrub(printable(line));
      sink(color === undefined || !showsColors ? `${text}\n` : `${COLORS[color]}${text}${RESET}\n`);
      if (progress !== undefined) {
        stderr(progress);
      }
    };
  const print = lineTo(stdout);
  const printError = lineTo(stderr);
  return {
    print,
    printFields: (...fields) =>
      stdout(`${fields.map((field) => scrubber.scrub(printable(field))).join('\t')}\n`),
    printText(text) {
      for (const line of text.replace(/\n$/, '').split('\n')) {
        print(line);
      }
    },
    printError: (line) => printError(line),
    showProgress(line) {
      if (columns !== undefined && (line !== undefined || progress !== undefined)) {
        const before = clear();
        // A line that wraps could not be cleared.
        progress = line === undefined ? undefined : scrubber.scrub(printable(line)).slice(0, columns() - 1);
        stderr(`${before}${progress ?? ''}`);
      }
    },
    redact: (value) => scrubber.register(value),
  };
}

/** `text` on one line, without escape sequences and direction marks that a field of a resource may contain. */
export function printable(text: string): string {
  return text.replaceAll(/[\r\n\t]+/g, ' ').replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}
