import type { Act } from '../action.ts';
import type { ConnectorInput } from '../input.ts';
import { gather } from '../observe/gather.ts';
import { knownInstances } from '../observe/observe.ts';
import { knownPeers } from '../observe/peers.ts';
import type { ReadPorts } from '../ports.ts';
import type { Effect } from './action-context.ts';

/** The input after an action: with the action in its log, and with what the caches know now. */
export function withEffect(
  ports: ReadPorts,
  input: ConnectorInput,
  action: Act,
  { observation, ...entry }: Effect,
): ConnectorInput {
  const next = { ...observation, log: [...input.log, { action, ...entry }], now: ports.clock.now() };
  return gather(
    { ...next, external: knownInstances(ports, next), peers: knownPeers(ports, next) },
    ports.fingerprinter.of,
    input,
  );
}
