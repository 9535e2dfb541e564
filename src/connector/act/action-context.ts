import type { AccountSession } from '../../ownership/accounts.ts';
import type { Action } from '../action.ts';
import type { ConnectorInput, Done, DueEvent, Memory, Observation } from '../input.ts';
import type { ConnectorPorts } from '../ports.ts';

/** A step of one kind. */
export type ActionOf<Type extends Action['type']> = Extract<Action, { type: Type }>;

/** What carrying out a step works with. */
export interface ActionContext {
  readonly ports: ConnectorPorts;
  /** The account's session; every step that needs it is decided only where the account is ready. */
  readonly session: () => AccountSession;
  /** The instance whose read by id was the action before. */
  readonly justRead: number | undefined;
  readonly signal: AbortSignal;
  /** Told the observation in the middle of an action, so that an error that ends the action does not lose it. */
  readonly advance: (observation: Observation) => void;
}

/** Carries out one step and returns the world as it is afterwards. Throws `RemoteError` and `KubeError`. */
export type ActionHandler<Type extends Action['type']> = (
  context: ActionContext,
  input: ConnectorInput,
  action: ActionOf<Type>,
) => Promise<Observation>;

/** The world with other facts about this pass. */
export function withDone(input: Observation, pass: Partial<Done>): Observation {
  return { ...input, done: { ...input.done, ...pass } };
}

/** The observation after an instance was read by id. */
export function withRead(input: Observation, id: number): Observation {
  return withDone(input, { read: [...input.done.read, id], justRead: id });
}

/** The world with another memory, which is kept beyond the pass. */
export function withMemory(context: ActionContext, input: Observation, memory: Partial<Memory>): Observation {
  const next = { ...input.memory, ...memory };
  context.ports.memory.remember(input.connector.metadata.uid, next);
  return { ...input, memory: next };
}

/** The world in which something happened that people should hear of. */
export function withEvent<Input extends Observation>(input: Input, event: DueEvent): Input {
  return { ...input, done: { ...input.done, events: [...input.done.events, event] } };
}
