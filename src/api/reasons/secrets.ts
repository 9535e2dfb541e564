import type { ReasonTable } from './info.ts';

/** Reasons about Secrets, those that are read and those that are written. */
export const SECRET_REASONS = {
  SecretsResolved: {
    conditions: { SecretsResolved: ['True'] },
    severity: 'settled',
    event: 'none',
    meaning: 'Every Secret and key that is needed now is there.',
    whatToDo: 'Nothing.',
  },
  SecretNotFound: {
    conditions: { SecretsResolved: ['False'], Ready: ['False'], Reconciling: ['True'], Stalled: ['True'] },
    severity: 'retried',
    event: 'Warning',
    meaning:
      'A Secret that the spec names is not there. It may still be on its way, so the operator waits for it; the resource counts as stalled when it has not come after some minutes.',
    whatToDo:
      'Create the Secret that the message names, in the namespace of the resource, or correct the name.',
  },
  SecretKeyMissing: {
    conditions: { SecretsResolved: ['False'], Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning: 'The Secret is there but lacks a key.',
    whatToDo: 'Add the key that the message names to the Secret, or name another key in the spec.',
  },
  SecretInvalid: {
    conditions: { SecretsResolved: ['False'], Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning:
      'A value in the Secret cannot be right: it is empty, too long or holds characters that it cannot hold.',
    whatToDo: 'Put the right value, without line breaks around it, under the key that the message names.',
  },
  SecretUnreadable: {
    conditions: { SecretsResolved: ['False', 'Unknown'], Ready: ['False'], Reconciling: ['True'] },
    severity: 'retried',
    event: 'Warning',
    meaning: 'The API server does not let the operator read the Secret.',
    whatToDo: "Give the operator's service account the right to get Secrets in this namespace.",
  },
  ConnectionSecretConflict: {
    conditions: { Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning:
      'A Secret with the name of the connection Secret exists and does not belong to the operator; it is left alone.',
    whatToDo: 'Choose another name in spec.connectionSecretRef, or delete the Secret if nobody needs it.',
  },
  CodeSecretConflict: {
    conditions: { Authorized: ['False'], Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning:
      'A Secret with the name of the one-time code for the consent exists and does not belong to the operator; it is neither read nor overwritten.',
    whatToDo: 'Delete the Secret that the message names, or rename the resource.',
  },
  FallbackCredentialsNotWritten: {
    conditions: {},
    severity: 'settled',
    event: 'Warning',
    meaning:
      "The account works, but its credentials could not be written to the operator's namespace (403). Connectors cannot be deleted after the account's own Secret is gone. The operator tries again every 5 minutes.",
    whatToDo:
      "Apply the Role of the operator's namespace again, or set KEEP_ACCOUNT_CREDENTIALS=false to do without.",
  },
  ConnectionSecretWritten: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'The connection Secret was written.',
    whatToDo: 'Nothing.',
  },
  ConnectionSecretRepaired: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'The connection Secret had been deleted or edited and was written again.',
    whatToDo: 'Nothing; find out who changed it if it happens again.',
  },
} as const satisfies ReasonTable;
