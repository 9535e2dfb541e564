import { CONDITION_TYPES, CONDITIONS, type Condition, type ConditionType } from '../../api/condition.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { type Reason, reason } from '../../api/reasons.ts';
import {
  authorizeCommandFor,
  conditionOf,
  infoOf,
  isCurrent,
  SEVERITY_SENTENCES,
} from '../cluster/conditions.ts';
import { alignColumns } from './table.ts';

type Row = readonly [label: string, text: string];

/** One reason, as the reference has it. */
export function renderReason(name: Reason): string[] {
  const { meaning, whatToDo, severity: outlook, event } = reason(name);
  const conditions = CONDITION_TYPES.flatMap((type) => {
    const statuses = reason(name).conditions[type];
    return statuses === undefined ? [] : [`${type} ${statuses.join(' or ')}`];
  });
  return [
    name,
    ...rows([
      ['Meaning', meaning],
      ['What to do', whatToDo],
      ['What follows', SEVERITY_SENTENCES[outlook]],
      ['Appears on', conditions.length === 0 ? 'events only' : conditions.join(', ')],
      ['Event', event],
    ]),
  ];
}

/** One type of condition, as the reference has it. */
export function renderConditionType(type: ConditionType): string[] {
  const { meaning, kinds } = CONDITIONS[type];
  return [
    type,
    ...rows([
      ['Meaning', meaning],
      ['On', kinds.join(' and ')],
    ]),
  ];
}

/** All conditions of a connector in plain words, the summary first. */
export function renderConnector(connector: InfusionsoftConnector): string[] {
  const { name, namespace } = connector.metadata;
  const title = `Connector ${name} in namespace ${namespace}`;
  const ready = conditionOf(connector, 'Ready');
  if (ready === undefined) {
    return [
      `${title} has not been looked at by the operator yet.`,
      'If it stays so, the operator does not run, or does not serve this namespace.',
    ];
  }
  const others = CONDITION_TYPES.filter((type) => type !== 'Ready').flatMap(
    (type) => conditionOf(connector, type) ?? [],
  );
  return [
    `${title} is ${ready.status === 'True' ? 'Ready' : 'not Ready'}: ${ready.reason}`,
    ...(isCurrent(connector)
      ? []
      : ['The operator has not looked at the latest change of the spec yet: this is about the spec before.']),
    ...summary(connector, ready),
    '',
    'The single conditions:',
    ...rows(others.map((condition) => [`${condition.type} ${condition.status}`, meaningOf(condition)])),
  ];
}

function summary(connector: InfusionsoftConnector, ready: Condition): string[] {
  const known = infoOf(ready);
  const command = authorizeCommandFor(connector);
  return rows([
    ['Meaning', meaningOf(ready)],
    ['Message', ready.message],
    ...(known === undefined
      ? []
      : ([
          ['What to do', known.info.whatToDo],
          ['What follows', SEVERITY_SENTENCES[known.info.severity]],
        ] satisfies Row[])),
    ...(command === undefined ? [] : [['From here', command] satisfies Row]),
  ]);
}

function meaningOf(condition: Condition): string {
  const known = infoOf(condition);
  return known === undefined
    ? `${condition.reason} is a reason that this version does not know.`
    : `${known.info.meaning} (${known.name})`;
}

function rows(entries: readonly Row[]): string[] {
  return alignColumns(entries).map((line) => `  ${line}`);
}
