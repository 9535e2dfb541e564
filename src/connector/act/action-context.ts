import type { AccountSession } from '../../ownership/accounts.ts';
import type { Action } from '../action.ts';
import type { DueEvent, Memory, Done, ConnectorInput } from '../input.ts';
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
  readonly advance: (world: ConnectorInput) => void;
}

/** Carries out one step and returns the world as it is afterwards. Throws `RemoteError` and `KubeError`. */
export type ActionHandler<Type extends Action['type']> = (
  context: ActionContext,
  world: ConnectorInput,
  step: ActionOf<Type>,
) => Promise<ConnectorInput>;

/** The world with other facts about this pass. */
export function withDone(world: ConnectorInput, pass: Partial<Done>): ConnectorInput {
  return { ...world, done: { ...world.done, ...pass } };
}

/** The observation after an instance was read by id. */
export function withRead(world: ConnectorInput, id: number): ConnectorInput {
  return withDone(world, { read: [...world.done.read, id], justRead: id });
}

/** The world with another memory, which is kept beyond the pass. */
export function withMemory(context: ActionContext, world: ConnectorInput, memory: Partial<Memory>): ConnectorInput {
  const next = { ...world.memory, ...memory };
  context.ports.memory.remember(world.connector.metadata.uid, next);
  return { ...world, memory: next };
}

/** The world in which something happened that people should hear of. */
export function withEvent(world: ConnectorInput, incident: DueEvent): ConnectorInput {
  return withDone(world, { events: [...world.done.events, incident] });
}
