import type { AccountSession } from '../../ownership/accounts.ts';
import type { Step } from '../action.ts';
import type { Incident, Memory, PassFacts, World } from '../input.ts';
import type { ConnectorPorts } from '../ports.ts';

/** A step of one kind. */
export type StepOf<Do extends Step['do']> = Extract<Step, { do: Do }>;

/** What carrying out a step works with. */
export interface ActionContext {
  readonly ports: ConnectorPorts;
  /** The account's session; every step that needs it is decided only where the account is ready. */
  readonly session: () => AccountSession;
  /** The instance whose read by id was the action before. */
  readonly justRead: number | undefined;
  readonly signal: AbortSignal;
  /** Told the observation in the middle of an action, so that an error that ends the action does not lose it. */
  readonly advance: (world: World) => void;
}

/** Carries out one step and returns the world as it is afterwards. Throws `RemoteError` and `KubeError`. */
export type Action<Do extends Step['do']> = (
  context: ActionContext,
  world: World,
  step: StepOf<Do>,
) => Promise<World>;

/** The world with other facts about this pass. */
export function withPass(world: World, pass: Partial<PassFacts>): World {
  return { ...world, pass: { ...world.pass, ...pass } };
}

/** The observation after an instance was read by id. */
export function withRead(world: World, id: number): World {
  return withPass(world, { read: [...world.pass.read, id], justRead: id });
}

/** The world with another memory, which is kept beyond the pass. */
export function withMemory(context: ActionContext, world: World, memory: Partial<Memory>): World {
  const next = { ...world.memory, ...memory };
  context.ports.memory.remember(world.connector.metadata.uid, next);
  return { ...world, memory: next };
}

/** The world in which something happened that people should hear of. */
export function withIncident(world: World, incident: Incident): World {
  return withPass(world, { incidents: [...world.pass.incidents, incident] });
}
