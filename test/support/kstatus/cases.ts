import type { Condition } from '../../../src/api/condition.ts';
import type { InfusionsoftConnector } from '../../../src/api/connector.ts';
import { condition, connector, readyStatus } from '../builders/connector.ts';
import type { KStatus } from './kstatus.ts';

/** A state of a resource, and what kstatus computes for it. */
export interface KStatusCase {
  readonly name: string;
  readonly because: string;
  readonly object: InfusionsoftConnector;
  readonly is: KStatus;
}

/** A connector whose status has these conditions, and those of a Ready one besides. */
export function withConditions(...conditions: readonly Condition[]) {
  const others = (readyStatus(1).conditions ?? []).filter(
    ({ type }) => !conditions.some((one) => one.type === type),
  );
  return connector({ status: readyStatus(1, { conditions: [...conditions, ...others] }) });
}

/** What kstatus computes for the states of a resource. */
export const KSTATUS_CASES: readonly KStatusCase[] = [
  {
    name: 'Ready',
    because: 'Ready=True of the current generation is all that tools ask for',
    object: connector({ status: readyStatus(1) }),
    is: 'Current',
  },
  {
    name: 'never seen',
    because: 'the schema default of observedGeneration keeps a new object from being current',
    object: connector({ status: { observedGeneration: -1 } }),
    is: 'InProgress',
  },
  {
    name: 'without status',
    because: 'this is the trap that the schema default is there for',
    object: connector(),
    is: 'Current',
  },
  {
    name: 'edited since',
    because: 'the old status says nothing about the new spec',
    object: connector({ metadata: { generation: 2 }, status: readyStatus(1) }),
    is: 'InProgress',
  },
  {
    name: 'observed ahead of generation',
    because: 'kstatus asks whether they differ, not which one is larger',
    object: connector({ status: readyStatus(1, { observedGeneration: 2 }) }),
    is: 'InProgress',
  },
  {
    name: 'waiting for a person',
    because: 'Ready=False alone is no failure',
    object: withConditions(condition('Ready', 'False', 'AuthorizationRequired')),
    is: 'InProgress',
  },
  {
    name: 'stalled',
    because: 'Stalled is the only way to be Failed',
    object: withConditions(
      condition('Ready', 'False', 'InvalidSpec'),
      condition('Stalled', 'True', 'InvalidSpec'),
    ),
    is: 'Failed',
  },
  {
    name: 'being deleted',
    because: 'the deletion comes before everything else',
    object: connector({
      metadata: { deletionTimestamp: '2026-03-01T12:00:00Z' },
      status: readyStatus(1),
    }),
    is: 'Terminating',
  },
];
