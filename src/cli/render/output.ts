import { createScrubber } from '../../secrets/redaction.ts';

/** Where a command tells what it has to tell. Known secrets are masked, and nothing can steer the terminal. */
export interface Output {
  /** One line on standard output. */
  say(line?: string): void;
  /** Text of several lines on standard output, such as a manifest. */
  write(text: string): void;
  /** One line on standard error. */
  complain(line: string): void;
  /** From now on `value` is shown by neither. */
  keepSecret(value: string): void;
}

/** A stream, as far as it is used here. */
export type Sink = (text: string) => void;

/** An `Output` on two streams. */
export function createOutput(stdout: Sink, stderr: Sink): Output {
  const scrubber = createScrubber();
  const lineTo =
    (sink: Sink) =>
    (line = ''): void =>
      sink(`${scrubber.scrub(printable(line))}\n`);
  const say = lineTo(stdout);
  return {
    say,
    write(text) {
      for (const line of text.replace(/\n$/, '').split('\n')) {
        say(line);
      }
    },
    complain: lineTo(stderr),
    keepSecret: (value) => scrubber.register(value),
  };
}

/** `text` on one line: what comes from a cluster may hold escape sequences or marks that turn the reading direction. */
export function printable(text: string): string {
  return text.replaceAll(/[\r\n\t]+/g, ' ').replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}
