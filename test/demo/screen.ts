import { styleText } from 'node:util';
import { CONDITIONS, type ConditionType } from '../../src/api/condition.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import type { Change } from './changes.ts';

type Style = Parameters<typeof styleText>[0];

/** The output: standard output, or a text in a test. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** The printed text: colors and wrapped lines at a terminal, plain lines elsewhere. */
export interface Screen {
  /** The title of a step. */
  step(title: string): void;
  /** A paragraph of explanation. */
  say(...sentences: readonly string[]): void;
  /** A command that the user would type. */
  command(line: string): void;
  /** `name  value`, for values to note. */
  note(name: string, value: string): void;
  change(name: string, change: Change): void;
  /** Preformatted text. */
  verbatim(text: string): void;
}

/** Maximum length of lines, also in a wider terminal. */
const textWidth = 110;
const widths = { name: 15, type: 15, status: 7, reason: 21 } as const;
const messageIndent = ' '.repeat(12);
const statusStyles: Readonly<Record<Change['status'], Style>> = {
  True: 'green',
  False: 'yellow',
  Unknown: 'dim',
  gone: 'dim',
};

/** A screen on `output`. Colors depend on NO_COLOR, FORCE_COLOR and whether it is a terminal. */
export function createScreen(output: Output & NodeJS.WritableStream, clock: Clock): Screen {
  const paint = (style: Style, text: string): string => styleText(style, text, { stream: output });
  const line = (text = ''): void => void output.write(`${text}\n`);
  // A terminal of unknown size reports 0.
  const columns = (): number => output.columns || textWidth;
  let steps = 0;
  return {
    step(title) {
      steps += 1;
      line();
      line(paint('bold', `${steps}. ${title}`));
    },
    say(...sentences) {
      line(folded(sentences.join(' '), Math.min(columns(), textWidth), ''));
    },
    command: (text) => line(paint('cyan', `  $ ${text}`)),
    note: (name, value) => line(`  ${name.padEnd(18)}${value}`),
    change(name, { type, status, reason, message }) {
      const time = new Date(clock.now()).toTimeString().slice(0, 8);
      const words = [
        paint('dim', time),
        name.padEnd(widths.name),
        type.padEnd(widths.type),
        paint(styleOf(type, status), status.padEnd(widths.status)),
        reason.padEnd(widths.reason),
      ];
      const head = `  ${words.join('  ')}`;
      if (message === '') {
        line(head.trimEnd());
      } else if (output.isTTY === true) {
        const width = columns() - messageIndent.length - 1;
        line(head.trimEnd());
        line(paint('dim', `${messageIndent}${folded(message, width, messageIndent)}`));
      } else {
        line(`${head}  ${message}`);
      }
    },
    verbatim: (text) => line(text.trimEnd().replace(/^/gm, '  ')),
  };
}

/** True is good, except for the two conditions that are present only while work remains. */
function styleOf(type: string, status: Change['status']): Style {
  if (status === 'True' && CONDITIONS[type as ConditionType]?.transient) {
    return type === 'Stalled' ? 'red' : 'yellow';
  }
  return statusStyles[status];
}

/** Breaks `text` at spaces into lines of at most `width` characters, where words allow it. */
export function folded(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > width) {
      lines.push(current);
      current = word;
    } else {
      current = current === '' ? word : `${current} ${word}`;
    }
  }
  return [...lines, current].join(`\n${indent}`);
}
