import type { ReasonTable } from './info.ts';

/** Reasons about the account, on the account itself and on the connectors that use it. */
export const ACCOUNT_REASONS = {
  AccountReady: {
    conditions: { AccountReady: ['True'] },
    severity: 'settled',
    event: 'none',
    meaning: 'The credentials of the account work.',
    whatToDo: 'Nothing.',
  },
  AccountNotFound: {
    conditions: { AccountReady: ['False'], Ready: ['False'], Reconciling: ['True'] },
    severity: 'retried',
    event: 'Warning',
    meaning:
      'The OpenConnectorsAccount that spec.accountRef names is not in this namespace, or lacks the labels that the operator of the connector selects (WATCH_LABEL_SELECTOR), or no account is named and the operator offers no default account here.',
    whatToDo:
      'Create the OpenConnectorsAccount, give it the labels that the message names, or name an existing one in spec.accountRef.',
  },
  AccountNotReady: {
    conditions: { AccountReady: ['False', 'Unknown'], Ready: ['False'], Reconciling: ['True'] },
    severity: 'retried',
    event: 'none',
    meaning: 'The OpenConnectorsAccount has a problem of its own.',
    whatToDo: 'Look at the conditions of the OpenConnectorsAccount that the message names.',
  },
  AccountUnauthorized: {
    conditions: { AccountReady: ['False'], Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning:
      'Open Connectors refuses the user or the organization secret (401). It is tried again when the Secret changes, and once an hour.',
    whatToDo:
      'Put the current secrets into the Secret of the account; resetting a secret in Open Connectors ends the old one at once.',
  },
  AccountForbidden: {
    conditions: { AccountReady: ['False'], Synced: ['False'], Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning: 'The user of the account lacks a privilege that is needed (403).',
    whatToDo: 'Give the user the admin role in Open Connectors, or use the secrets of a user who has it.',
  },
  AccountUnreachable: {
    conditions: { AccountReady: ['False', 'Unknown'], Ready: ['False'], Reconciling: ['True'] },
    severity: 'retried',
    event: 'Warning',
    meaning:
      'Open Connectors does not answer, or answers that it is unavailable. Existing instances are not touched.',
    whatToDo:
      'Wait if Open Connectors is down; else check spec.baseUrl, DNS, proxy, network policies and certificates.',
  },
  HostNotAllowed: {
    conditions: { AccountReady: ['False'], Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning:
      'The host of spec.baseUrl is not among the hosts that the operator may talk to. Nothing was sent there.',
    whatToDo: 'Correct spec.baseUrl, or add the host to ALLOWED_HOSTS of the operator.',
  },
  NotAllowedWithDefaultAccount: {
    conditions: { AccountReady: ['False'], Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning:
      "With the operator's default account, includeAccountCredentials, instance.importId and the take-over annotation are refused: they reach what belongs to others.",
    whatToDo:
      'Remove the field or annotation that the message names, or name an account of this namespace in spec.accountRef.',
  },
  AccountChanged: {
    conditions: { AccountReady: ['False'], Synced: ['False'], Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning:
      'The account or its credentials now belong to another organization than the one that holds the instance. Nothing is created, changed or deleted.',
    whatToDo:
      'Put the old account or credentials back; or give the instance up with the annotation openconnectors.dev/abandon and create the resource again.',
  },
  InUse: {
    conditions: { Ready: ['False'] },
    severity: 'person',
    event: 'Warning',
    meaning: 'The account is being deleted, but connectors still use it.',
    whatToDo: 'Delete the connectors that the message names, or let them use another account.',
  },
} as const satisfies ReasonTable;
