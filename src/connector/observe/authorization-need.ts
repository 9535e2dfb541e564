import type { Instance } from '../../openconnectors/port.ts';
import { isAuthorized } from '../action-log.ts';
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

/** The reason to wait for a person. An authorization that never worked was not revoked. */
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
  const authorized = connector.status?.conditions?.find(({ type }) => type === 'Authorized');
  return (
    !isAuthorized(log) && (authorized?.status === 'True' || authorized?.reason === 'AuthorizationRevoked')
  );
}

/** Why a person is needed, as a sentence. */
export function dueSentence(input: ConnectorInput, due: Due): string {
  switch (due.why) {
    case 'create':
      return createSentence(due);
    case 'revoked':
      return hasWorked(input)
        ? 'Infusionsoft does not accept the authorization of the instance any more; a person has to allow access again.'
        : 'The instance was made, but Infusionsoft does not accept its authorization; check the client_id, the client_secret and the callback URL, then a person has to allow access again.';
    case 'client-changed':
      return 'The client_id of the OAuth app was changed; a person has to allow access to the new app. The instance works with the old one until then.';
    case 'requested':
      return 'The annotation openconnectors.dev/reauthorize-at asks for a new authorization; a person has to allow access again. The instance works with the old one until then.';
  }
}

function createSentence({ insteadOf }: Extract<Due, { why: 'create' }>): string {
  switch (insteadOf?.because) {
    case 'not-found':
      return `Instance ${insteadOf?.id} does not exist in Open Connectors any more; a person has to allow access for a new one.`;
    case 'replaced':
      return `spec.connector was changed: a person has to allow access for the new instance. Instance ${insteadOf?.id} stays in use until then.`;
    case undefined:
      return 'A person has to allow access to the Infusionsoft account.';
  }
}
