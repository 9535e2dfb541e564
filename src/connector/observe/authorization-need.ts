import { conditionOf } from '../../api/condition.ts';
import type { Instance } from '../../openconnectors/port.ts';
import { isAuthorized } from '../action-log.ts';
import { isDoubted } from '../authorization-state.ts';
import type { ConnectorInput } from '../input.ts';

/** Why a grant is needed now. */
export type Due =
  /** There is no instance yet, or not any more. */
  | {
      readonly why: 'create';
      /** The instance in whose place the new one comes, and why. */
      readonly insteadOf?: { readonly id: number; readonly because: 'not-found' | 'replaced' } | undefined;
    }
  /** The instance exists, but its grant does not work, belongs to another OAuth client, or is to be replaced on request. */
  | { readonly why: 'revoked' | 'client-changed' | 'requested'; readonly instance: Instance };

/** The reason to wait for consent. An authorization that never worked was not revoked. */
export function dueReason(
  input: ConnectorInput,
  due: Due,
): 'AuthorizationRequired' | 'AuthorizationRevoked' | 'AuthorizationFailed' {
  if (due.why !== 'revoked') {
    return 'AuthorizationRequired';
  }
  return hasWorked(input) ? 'AuthorizationRevoked' : 'AuthorizationFailed';
}

function hasWorked({ connector, log }: ConnectorInput): boolean {
  const authorized = conditionOf(connector, 'Authorized');
  // The connection is published after the first call through the instance worked.
  const workedBefore = isDoubted(connector) && connector.status?.binding !== undefined;
  return (
    !isAuthorized(log) &&
    (authorized?.status === 'True' || authorized?.reason === 'AuthorizationRevoked' || workedBefore)
  );
}

/** Why consent is needed, as a sentence. */
export function dueSentence(input: ConnectorInput, due: Due): string {
  switch (due.why) {
    case 'create':
      return createSentence(due);
    case 'revoked':
      return hasWorked(input)
        ? `Infusionsoft rejected the authorization of instance ${due.instance.id}.`
        : `Infusionsoft never accepted the authorization of instance ${due.instance.id}; check spec.oauth.`;
    case 'client-changed':
      return `The client_id changed; instance ${due.instance.id} works with the old one until the new OAuth consent.`;
    case 'requested':
      return `Reauthorization was requested; instance ${due.instance.id} works until the new OAuth consent.`;
  }
}

function createSentence({ insteadOf }: Extract<Due, { why: 'create' }>): string {
  switch (insteadOf?.because) {
    case 'not-found':
      return `Instance ${insteadOf?.id} not found in Open Connectors; a new one needs OAuth consent.`;
    case 'replaced':
      return `spec.connector changed; instance ${insteadOf?.id} stays in use until the new OAuth consent.`;
    case undefined:
      return 'Waiting for OAuth consent.';
  }
}
