import { isSuspended } from '../../api/annotations.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { isAccountVerified } from '../action-log.ts';
import { asksForConsent } from '../authorization-state.ts';
import type { Observation } from '../input.ts';
import type { Peer } from '../peer.ts';
import { type ReadPorts, sessionFor } from '../ports.ts';

const NONE: readonly Peer[] = [];

/**
 * The other connectors of the account whose state says something about the provider. Gathered only while a failing call
 * is judged, after the account was verified.
 */
export function knownPeers(ports: ReadPorts, observation: Observation): readonly Peer[] {
  const session = isAccountVerified(observation.log) ? sessionFor(ports.accounts, observation) : undefined;
  if (session === undefined) {
    return NONE;
  }
  return ports
    .peers(observation.connector)
    .filter(isEvidence)
    .map((connector): Peer => {
      const id = connector.status?.instance?.id;
      const known = id === undefined ? undefined : session.inventory.about('', [id]).instances.get(id);
      const instance = known === 'not-found' ? undefined : known;
      return {
        uid: connector.metadata.uid,
        token: instance?.token,
        client: recordedClientOf(connector),
        isDisabled: instance?.disabled === true,
        tested: ports.memory.recall(connector.metadata.uid).tested,
      };
    });
}

/** A connector that waits for a consent fails for a reason of its own, and one that is not in use is not called. */
function isEvidence(connector: InfusionsoftConnector): boolean {
  const { metadata, status } = connector;
  return (
    metadata.deletionTimestamp === undefined &&
    !isSuspended(connector) &&
    status?.instance?.enabled !== false &&
    !asksForConsent(connector)
  );
}

/**
 * Fingerprint of the client_id that the instance was authorized with. Status lists it first, before the other values; the
 * spec of another connector need not be valid.
 */
export function recordedClientOf({ status }: InfusionsoftConnector): string | undefined {
  return status?.credentials?.[0]?.fingerprint;
}
