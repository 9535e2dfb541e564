import { organizationSecretKeyOf, userSecretKeyOf } from '../../api/defaults.ts';
import { PROBE_INTERVAL_MS } from '../../reconciler/backoff.ts';
import type { AccountAction } from '../action.ts';
import { secretVersionOf } from '../credentials/secret-version.ts';
import type { AccountInput, CredentialsInput } from '../input.ts';
import { blocked, ON_CHANGE, unauthorized } from './blocked.ts';

/** The action until the credentials of the account work; `undefined` when they do. */
export function credentialsWork(input: AccountInput): AccountAction | undefined {
  const { credentials: found, session } = input;
  const { name } = input.account.spec.credentialsSecretRef;
  switch (found.state) {
    case 'absent':
      return blocked(
        input,
        'SecretNotFound',
        `Secret "${name}" (spec.credentialsSecretRef) not found. Create it with keys "${userSecretKeyOf(input.account.spec)}" and "${organizationSecretKeyOf(input.account.spec)}".`,
        ON_CHANGE,
      );
    case 'unread': {
      const isVerified =
        session.state === 'open' &&
        !session.invalidated &&
        session.secretVersion === secretVersionOf(input.account.spec, found.resourceVersion);
      return isVerified ? undefined : { type: 'read-secret', name };
    }
    case 'key-missing':
      return blocked(
        input,
        'SecretKeyMissing',
        `Secret "${name}" has no key "${found.key}" (spec.credentialsSecretRef). Add it.`,
        ON_CHANGE,
      );
    case 'invalid':
      return blocked(
        input,
        'SecretInvalid',
        `Key "${found.key}" of Secret "${name}" (spec.credentialsSecretRef) ${found.why}. Store ${found.field === 'userSecret' ? 'the user secret' : 'the organization secret'} there as one line.`,
        ON_CHANGE,
      );
    case 'read':
      return verify(input, found);
  }
}

function verify(
  input: AccountInput,
  { credentials, credential, resourceVersion }: Extract<CredentialsInput, { state: 'read' }>,
): AccountAction | undefined {
  const { session } = input;
  if (session.state === 'open' && session.credential === credential && !session.invalidated) {
    return undefined;
  }
  if (session.state === 'refused' && session.credential === credential && !input.triggered) {
    const probeAt = session.at + PROBE_INTERVAL_MS;
    if (session.at <= input.now && input.now < probeAt) {
      return blocked(input, 'AccountUnauthorized', unauthorized(input), { kind: 'at', time: probeAt });
    }
  }
  return {
    type: 'verify',
    credentials,
    credential,
    secretVersion: secretVersionOf(input.account.spec, resourceVersion),
  };
}
