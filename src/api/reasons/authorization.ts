import type { ReasonTable } from './info.ts';

const WAITING = { Authorized: ['False'], Ready: ['False'] } as const;

/** Reasons about the OAuth grant of the provider. */
export const AUTHORIZATION_REASONS = {
  Authorized: {
    conditions: { Authorized: ['True'] },
    severity: 'settled',
    event: 'Normal',
    meaning: 'The provider has granted access, and the grant works.',
    whatToDo: 'Nothing.',
  },
  AuthorizationRequired: {
    conditions: WAITING,
    severity: 'person',
    event: 'Normal',
    meaning: 'A person has to grant access at the provider once; no machine can.',
    whatToDo:
      'Open status.authorization.startUrl with the code from the Secret status.authorization.codeSecretName, or run kubectl openconnectors authorize where there is no start page.',
  },
  AuthorizationDenied: {
    conditions: WAITING,
    severity: 'person',
    event: 'Warning',
    meaning: 'The person who was asked at the provider refused access.',
    whatToDo: 'Begin the consent again with a person who may and will grant access.',
  },
  AuthorizationRevoked: {
    conditions: WAITING,
    severity: 'person',
    event: 'Warning',
    meaning:
      'Access was granted and does not work any more: it was revoked, or renewing it failed too often.',
    whatToDo: 'Give the consent again; the instance and its token stay the same.',
  },
  AuthorizationFailed: {
    conditions: WAITING,
    severity: 'person',
    event: 'Warning',
    meaning: 'The code or refresh token was sent and refused.',
    whatToDo:
      'Check client id, client secret and redirect URL against the registration at the provider, then give the consent again or provide a new code or refresh token.',
  },
  CredentialUsed: {
    conditions: WAITING,
    severity: 'person',
    event: 'Warning',
    meaning:
      'The authorization code or refresh token in the Secret was sent before; it is never sent a second time.',
    whatToDo: 'Put a new code or refresh token into the Secret that the message names.',
  },
  LegacyApiEnded: {
    conditions: { ...WAITING, Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning:
      'Keap ended XML-RPC, which infusionsoftcrm uses. No consent can make the instance work; it is still called at intervals, and becomes Ready if Keap answers.',
    whatToDo: 'Migrate to infusionsoftrest: docs/how-to/move-to-infusionsoftrest.md.',
  },
} as const satisfies ReasonTable;
