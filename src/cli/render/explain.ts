import {
  CONDITION_TYPES,
  CONDITIONS,
  type Condition,
  type ConditionType,
  conditionOf,
} from '../../api/condition.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { type Reason, reason } from '../../api/reasons.ts';
import { authorizeCommandFor, infoOf, isCurrent, SEVERITY_SENTENCES } from '../cluster/conditions.ts';
import { alignIndented } from './table.ts';

type Row = readonly [label: string, text: string];

/** The documentation of a reason. */
export function renderReason(name: Reason): string[] {
  const { meaning, whatToDo, severity, event } = reason(name);
  const conditions = CONDITION_TYPES.flatMap((type) => {
    const statuses = reason(name).conditions[type];
    return statuses === undefined ? [] : [`${type} ${statuses.join(' or ')}`];
  });
  return [
    name,
    ...alignIndented([
      ['Meaning', meaning],
      ['What to do', whatToDo],
      ['Operator', SEVERITY_SENTENCES[severity]],
      ['Appears on', conditions.length === 0 ? 'events only' : conditions.join(', ')],
      ['Event', event],
    ]),
  ];
}

/** The documentation of a condition type. */
export function renderConditionType(type: ConditionType): string[] {
  const { meaning, kinds } = CONDITIONS[type];
  return [
    type,
    ...alignIndented([
      ['Meaning', meaning],
      ['On', kinds.join(' and ')],
    ]),
  ];
}

/** All conditions of a connector, Ready first. */
export function renderConnector(connector: InfusionsoftConnector): string[] {
  const { name, namespace } = connector.metadata;
  const title = `Connector ${name} in namespace ${namespace}`;
  const ready = conditionOf(connector, 'Ready');
  if (ready === undefined) {
    return [
      `${title} is not reconciled yet.`,
      'If this persists, check that the operator runs and watches this namespace.',
    ];
  }
  const others = CONDITION_TYPES.filter((type) => type !== 'Ready').flatMap(
    (type) => conditionOf(connector, type) ?? [],
  );
  return [
    `${title} is ${ready.status === 'True' ? 'Ready' : 'not Ready'}: ${ready.reason}`,
    ...(isCurrent(connector)
      ? []
      : ['The latest spec change is not reconciled yet. The conditions are about the previous spec.']),
    ...summary(connector, ready),
    '',
    'Conditions:',
    ...alignIndented(
      others.map((condition) => [`${condition.type} ${condition.status}`, meaningOf(condition)]),
    ),
  ];
}

function summary(connector: InfusionsoftConnector, ready: Condition): string[] {
  const pending = conditionOf(connector, 'AuthorizationPending');
  const known = infoOf(pending ?? ready);
  const command = authorizeCommandFor(connector);
  return alignIndented([
    ['Meaning', meaningOf(ready)],
    ['Message', (pending ?? ready).message],
    ...(known === undefined
      ? []
      : ([
          ['What to do', known.info.whatToDo],
          ['Operator', SEVERITY_SENTENCES[known.info.severity]],
        ] satisfies Row[])),
    ...(command === undefined ? [] : [['Command', command] satisfies Row]),
  ]);
}

function meaningOf(condition: Condition): string {
  const known = infoOf(condition);
  return known === undefined
    ? `${condition.reason} (unknown to this version of the plugin)`
    : `${known.info.meaning} (${known.name})`;
}
