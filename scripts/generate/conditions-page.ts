import { CONDITION_TYPES, CONDITIONS, type ConditionType } from '../../src/api/condition.ts';
import { REASON_NAMES, type ReasonInfo, reason, type Severity } from '../../src/api/reasons.ts';
import { generatedFrom, table } from './markdown.ts';

const SEVERITIES: Readonly<Record<Severity, string>> = {
  settled: 'No action is required.',
  working: 'The operator continues immediately. `Reconciling` is True.',
  retried: 'The operator retries with backoff, or when the missing object appears. `Reconciling` is True.',
  person: 'The operator waits for a user. Neither `Reconciling` nor `Stalled` is present.',
  stalled: 'The operator waits for a change of the spec, a Secret or a setting. `Stalled` is True.',
};

/** `docs/reference/conditions.md`. */
export function renderConditionsPage(): string {
  return [
    '# Conditions and reasons',
    '',
    generatedFrom('src/api/condition.ts and src/api/reasons'),
    '',
    'All condition types, and all reasons of conditions and events. Reasons are stable, and tools may rely on them. Messages',
    'may change. A message has at most 200 characters without names and URLs: the fact, then one action.',
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
    '`Reconciling` and `Stalled` are never present together. While the operator waits for OAuth consent, neither is present.',
    '',
    '## Severities',
    '',
    table(
      ['Severity', 'Meaning'],
      Object.entries(SEVERITIES).map(([severity, meaning]) => [severity, meaning]),
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
    `- Severity: ${info.severity}`,
    `- Conditions: ${conditionsOf(info)}`,
    `- Event: ${info.event}`,
    '',
    ...(info.help ?? []).flatMap((block) => [block, '']),
  ];
}

function conditionsOf(info: ReasonInfo): string {
  const entries = CONDITION_TYPES.flatMap((type: ConditionType) => {
    const statuses = info.conditions[type];
    return statuses === undefined ? [] : [`\`${type}\` ${statuses.join(' or ')}`];
  });
  return entries.length === 0 ? 'none, an event only' : entries.join(', ');
}
