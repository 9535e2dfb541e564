import { ANNOTATIONS } from '../api/group.ts';
import type { Instance } from '../openconnectors/port.ts';
import { type Attempt, parseAttempt } from './attempt.ts';
import type { World } from './world.ts';

/** Why a grant is needed now. */
export type Due =
  /** There is no instance yet, or not any more. */
  | { readonly why: 'create' }
  /** The instance exists, but its grant does not work, belongs to another OAuth client, or is to be replaced on request. */
  | { readonly why: 'revoked' | 'client-changed' | 'requested'; readonly instance: Instance };

/** What the resource's annotation says about a grant that was announced. */
export function attemptOf(world: World): Attempt | undefined {
  return parseAttempt(world.connector.metadata.annotations?.[ANNOTATIONS.attempt]);
}

/** The reason to wait for a person. */
export function dueReason(due: Due): 'AuthorizationRequired' | 'AuthorizationRevoked' {
  return due.why === 'revoked' ? 'AuthorizationRevoked' : 'AuthorizationRequired';
}

/** Why a person is needed, as a sentence. */
export function dueSentence(due: Due): string {
  switch (due.why) {
    case 'create':
      return 'A person has to allow access to the Infusionsoft account.';
    case 'revoked':
      return 'Infusionsoft does not accept the authorization of the instance any more; a person has to allow access again.';
    case 'client-changed':
      return 'The client_id of the OAuth app was changed; a person has to allow access to the new app. The instance works with the old one until then.';
    case 'requested':
      return 'The annotation openconnectors.dev/reauthorize-at asks for a new authorization; a person has to allow access again. The instance works with the old one until then.';
  }
}
