import type { ReasonTable } from './info.ts';

/** Reasons about Secrets, those that are read and those that are written. */
export const SECRET_REASONS = {
  SecretsResolved: {
    conditions: { SecretsResolved: ['True'] },
    severity: 'settled',
    event: 'none',
    meaning: 'All required Secrets and keys exist.',
    whatToDo: 'Nothing.',
  },
  SecretNotFound: {
    conditions: { SecretsResolved: ['False'], Ready: ['False'], Reconciling: ['True'], Stalled: ['True'] },
    severity: 'retried',
    event: 'Warning',
    meaning:
      'A Secret of the spec does not exist. The operator waits for it; after 5 minutes the resource is Stalled.',
    whatToDo: 'Create the Secret in the message, or correct its name in the spec.',
  },
  SecretKeyMissing: {
    conditions: { SecretsResolved: ['False'], Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning: 'The Secret exists but lacks a key.',
    whatToDo: 'Add the key in the message to the Secret, or set another key in the spec.',
    help: ['`kubectl describe secret <name>` lists the keys of a Secret without their values.'],
  },
  SecretInvalid: {
    conditions: { SecretsResolved: ['False'], Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning: 'A value in the Secret is empty, too long or contains invalid characters.',
    whatToDo: 'Store the correct value as one line without surrounding white space.',
  },
  SecretUnreadable: {
    conditions: { SecretsResolved: ['False', 'Unknown'], Ready: ['False'], Reconciling: ['True'] },
    severity: 'retried',
    event: 'Warning',
    meaning: 'The operator has no permission for the Secret (403).',
    whatToDo: 'Bind the role of the operator in this namespace.',
  },
  ConnectionSecretConflict: {
    conditions: { Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning:
      'The Secret for the connection exists and is not managed by this resource. It is not overwritten.',
    whatToDo: 'Set another name in spec.connectionSecretRef, or delete the Secret.',
  },
  CodeSecretConflict: {
    conditions: {
      Authorized: ['False'],
      AuthorizationPending: ['True'],
      Ready: ['False'],
      Stalled: ['True'],
    },
    severity: 'stalled',
    event: 'Warning',
    meaning:
      'The name of a Secret for the OAuth consent is already in use. That Secret is neither read nor overwritten.',
    whatToDo: 'Delete or rename the Secret in the message, or rename the resource.',
  },
  FallbackCredentialsNotWritten: {
    conditions: {},
    severity: 'settled',
    event: 'Warning',
    meaning:
      'The account works, but its fallback credentials cannot be written (403). Without them, connectors cannot be deleted after the Secret of the account is deleted.',
    whatToDo: 'Apply the Role in the namespace of the operator, or set KEEP_ACCOUNT_CREDENTIALS=false.',
  },
  ConnectionSecretWritten: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'The connection Secret was created.',
    whatToDo: 'Nothing.',
  },
  ConnectionSecretUpdated: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'The connection Secret was updated after a change of the spec.',
    whatToDo: 'Restart applications that read the Secret only at start.',
  },
  ConnectionSecretRepaired: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'The connection Secret was edited or deleted by another client. The operator restored it.',
    whatToDo: 'Nothing. If it repeats, find the other client in the audit log of the API server.',
  },
} as const satisfies ReasonTable;
