import { type KnobDefinition, knobTable } from './knobs.ts';

const shown = (value: unknown): string => `\`${String(value)}\``;

function row(name: string, { initial, choices, doc, fact }: KnobDefinition<unknown>): string {
  const others = (choices ?? []).filter((choice) => choice !== initial).map(shown);
  const values = others.length === 0 ? shown(initial) : `${shown(initial)}, or ${others.join(', ')}`;
  return `| \`${name}\` | ${values} | ${doc} | ${fact} |`;
}

/** The table of all knobs in the README, in Markdown. */
export function knobsTable(): string {
  const rows = Object.entries(knobTable).map(([name, definition]) => row(name, definition));
  return ['| knob | value | effect | source of the initial value |', '|---|---|---|---|', ...rows].join('\n');
}
