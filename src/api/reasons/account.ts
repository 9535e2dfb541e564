import type { ReasonTable } from './info.ts';

/** Reasons about the account, on the account itself and on the connectors that use it. */
export const ACCOUNT_REASONS = {
  AccountReady: {
    conditions: { AccountReady: ['True'] },
    severity: 'settled',
    event: 'none',
    meaning: 'The credentials of the account are valid.',
    whatToDo: 'Nothing.',
  },
  AccountNotFound: {
    conditions: { AccountReady: ['False'], Ready: ['False'], Reconciling: ['True'] },
    severity: 'retried',
    event: 'Warning',
    meaning:
      'The OpenConnectorsAccount in spec.accountRef does not exist in this namespace, or its labels do not match WATCH_LABEL_SELECTOR. Or spec.accountRef is not set and the operator has no default account.',
    whatToDo: 'Create the OpenConnectorsAccount, add the labels in the message, or correct spec.accountRef.',
  },
  AccountNotReady: {
    conditions: { AccountReady: ['False', 'Unknown'], Ready: ['False'], Reconciling: ['True'] },
    severity: 'retried',
    event: 'none',
    meaning: 'The OpenConnectorsAccount is not ready.',
    whatToDo: 'Fix the account: kubectl describe openconnectorsaccount <name>.',
  },
  AccountUnauthorized: {
    conditions: { AccountReady: ['False'], Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning:
      'Open Connectors rejected the user secret or the organization secret (401). The operator retries when the Secret changes, and every hour.',
    whatToDo: 'Update the Secret of the account with the current secrets.',
    help: ['A reset of a secret in Open Connectors invalidates the old one immediately.'],
  },
  AccountForbidden: {
    conditions: { AccountReady: ['False'], Synced: ['False'], Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning: 'The user of the account lacks a required permission (403).',
    whatToDo: 'Grant the user the admin role in Open Connectors, or use the secrets of another user.',
  },
  AccountUnreachable: {
    conditions: { AccountReady: ['False', 'Unknown'], Ready: ['False'], Reconciling: ['True'] },
    severity: 'retried',
    event: 'Warning',
    meaning: 'Open Connectors cannot be reached or is unavailable. Instances are not changed.',
    whatToDo:
      'Check spec.baseUrl, DNS, proxy, network policies, certificates and the status page of Open Connectors.',
  },
  HostNotAllowed: {
    conditions: { AccountReady: ['False'], Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning: 'The host of spec.baseUrl is not in ALLOWED_HOSTS of the operator. No request was sent.',
    whatToDo: 'Correct spec.baseUrl, or add the host to ALLOWED_HOSTS.',
  },
  NotAllowedWithDefaultAccount: {
    conditions: { AccountReady: ['False'], Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning:
      'spec.includeAccountCredentials, spec.instance.importId and the annotation openconnectors.dev/take-over are not allowed with the default account, which several namespaces share.',
    whatToDo:
      'Remove the field or annotation in the message, or set spec.accountRef to an account of this namespace.',
  },
  AccountChanged: {
    conditions: { AccountReady: ['False'], Synced: ['False'], Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning:
      'The account or its credentials belong to another organization than the instance. The operator makes no changes.',
    whatToDo:
      'Restore the account or its credentials. Or delete the resource with the annotation openconnectors.dev/abandon, and create it again.',
  },
  InUse: {
    conditions: { Ready: ['False'] },
    severity: 'person',
    event: 'Warning',
    meaning: 'The account is being deleted, but connectors still use it.',
    whatToDo: 'Delete the connectors in the message, or set another account in their spec.accountRef.',
  },
} as const satisfies ReasonTable;
