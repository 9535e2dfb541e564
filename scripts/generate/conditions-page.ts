import { CONDITION_TYPES, CONDITIONS, type ConditionType } from '../../src/api/condition.ts';
import { type Outlook, REASON_NAMES, type ReasonInfo, reason } from '../../src/api/reasons.ts';
import { generatedFrom, table } from './markdown.ts';

const OUTLOOKS: Readonly<Record<Outlook, string>> = {
  settled: 'Nothing is to be done.',
  working: 'The operator goes on by itself at once; `Reconciling` is True.',
  retried:
    'The operator tries again by itself, with growing pauses or when what is missing appears; `Reconciling` is True.',
  person: 'The operator waits for a person; neither `Reconciling` nor `Stalled` is there.',
  stalled: 'Trying again is useless until a person changes something; `Stalled` is True.',
};

/** `docs/reference/conditions.md`. */
export function renderConditionsPage(): string {
  return [
    '# Conditions and reasons',
    '',
    generatedFrom('src/api/condition.ts and src/api/reasons'),
    '',
    'Every condition of the operator is in the first table, and every reason that a condition or an event may carry in the',
    'second. Reasons are stable: tools may rely on them. Messages are for people and may change.',
    '',
    '## Conditions',
    '',
    table(
      ['Type', 'On', 'Meaning'],
      CONDITION_TYPES.map((type) => [
        `\`${type}\``,
        CONDITIONS[type].kinds.join(', '),
        CONDITIONS[type].meaning,
      ]),
    ),
    '',
    '`Reconciling` and `Stalled` are never there together. While the operator waits for a consent, neither is.',
    '',
    '## What follows',
    '',
    table(
      ['Word', 'Meaning'],
      Object.entries(OUTLOOKS).map(([severity, meaning]) => [severity, meaning]),
    ),
    '',
    '## Reasons',
    '',
    ...REASON_NAMES.flatMap((name) => section(name, reason(name))),
  ].join('\n');
}

function section(name: string, info: ReasonInfo): string[] {
  return [
    `### ${name}`,
    '',
    info.meaning,
    '',
    `- What to do: ${info.whatToDo}`,
    `- What follows: ${info.severity}`,
    `- Conditions: ${conditionsOf(info)}`,
    `- Event: ${info.event}`,
    '',
  ];
}

function conditionsOf(info: ReasonInfo): string {
  const entries = CONDITION_TYPES.flatMap((type: ConditionType) => {
    const statuses = info.conditions[type];
    return statuses === undefined ? [] : [`\`${type}\` ${statuses.join(' or ')}`];
  });
  return entries.length === 0 ? 'none, an event only' : entries.join(', ');
}
