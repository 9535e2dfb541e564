import type { AccountSession } from '../../ownership/accounts.ts';
import type { Act } from '../action.ts';
import type { DueEvent, Outcome } from '../action-log.ts';
import type { ConnectorInput, Memory, Observation } from '../input.ts';
import type { ConnectorPorts, ReadPorts, ReadSession } from '../ports.ts';

/** What carrying out a read works with: nothing in it can write. */
export interface ReadContext {
  readonly ports: ReadPorts;
  readonly session: () => ReadSession;
  readonly signal: AbortSignal;
}

/** Carries out one read. Throws `RemoteError` and `KubeError`. */
export type ReadHandler<Type extends Act['type']> = (
  context: ReadContext,
  input: ConnectorInput,
  action: Extract<Act, { type: Type }>,
) => Promise<Effect>;

/** What carrying out an action works with. */
export interface ActionContext {
  readonly ports: ConnectorPorts;
  /** The account's session; every action that needs it is decided only where the account is ready. */
  readonly session: () => AccountSession;
  /** The instance that the action before read by id. */
  readonly justRead: number | undefined;
  readonly signal: AbortSignal;
  /** Takes the observation in the middle of an action, so that an error that ends the action does not lose it. */
  readonly advance: (observation: Observation) => void;
}

/** What an action leads to. */
export interface Effect {
  readonly observation: Observation;
  readonly outcome: Outcome;
  /** The instance that was read by id. */
  readonly read?: number | undefined;
  readonly events?: readonly DueEvent[] | undefined;
}

/** Carries out one action. Throws `RemoteError` and `KubeError`. */
export type ActionHandler<Type extends Act['type']> = (
  context: ActionContext,
  input: ConnectorInput,
  action: Extract<Act, { type: Type }>,
) => Promise<Effect>;

/** The action took effect. */
export function done(observation: Observation, more: Pick<Effect, 'read' | 'events'> = {}): Effect {
  return { observation, outcome: { kind: 'done' }, ...more };
}

/** Nothing was written, because the object is not what the action was decided on. */
export function stale(observation: Observation, read?: number): Effect {
  return { observation, outcome: { kind: 'stale' }, read };
}

/** The observation with another memory, which is kept beyond the reconcile. */
export function withMemory(
  context: { readonly ports: Pick<ReadPorts, 'memory'> },
  observation: Observation,
  memory: Partial<Memory>,
): Observation {
  const next = { ...observation.memory, ...memory };
  context.ports.memory.remember(observation.connector.metadata.uid, next);
  return { ...observation, memory: next };
}
