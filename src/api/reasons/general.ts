import type { ReasonTable } from './info.ts';

/** Reasons about the resource as a whole. */
export const GENERAL_REASONS = {
  Succeeded: {
    conditions: { Ready: ['True'] },
    severity: 'settled',
    event: 'Normal',
    meaning: 'The instance is authorized and equals the spec, and the connection Secret is written.',
    whatToDo: 'Nothing.',
  },
  Disabled: {
    conditions: { Ready: ['True'] },
    severity: 'settled',
    event: 'Normal',
    meaning:
      'The instance is disabled, as spec.instance.enabled requires. Infusionsoft may end a grant that is not used for 45 days; a new consent is required then.',
    whatToDo: 'Nothing. Set spec.instance.enabled to true to enable the instance.',
  },
  AuthorizationExpiring: {
    conditions: { Ready: ['True'] },
    severity: 'settled',
    event: 'Warning',
    meaning:
      'The instance has been disabled for 35 days, as spec.instance.enabled requires. Keap ends an authorization that is not used for 45 days.',
    whatToDo:
      'Set spec.instance.enabled to true for at least one call, or leave it: then the instance needs a new OAuth consent when it is enabled.',
  },
  SwitchPending: {
    conditions: { Ready: ['True'] },
    severity: 'settled',
    event: 'Normal',
    meaning:
      'The instance of the new spec.connector is authorized, and its connection is in the Secret <connection Secret>-next. The connection Secret still has the old instance.',
    whatToDo:
      'Prepare the applications for the new connector. Then set the annotation openconnectors.dev/switch to a new value.',
    help: [
      'The connection Secret moves in one write, and the old instance is kept for `spec.replacement.retainFor`. Another value within that time switches back:',
      '```sh\nkubectl annotate infusionsoftconnector <name> -n <namespace> --overwrite openconnectors.dev/switch="$(date +%s)"\n```',
    ],
  },
  Progressing: {
    conditions: {
      Ready: ['False', 'Unknown'],
      SecretsResolved: ['Unknown'],
      AccountReady: ['Unknown'],
      Authorized: ['Unknown'],
      Synced: ['False', 'Unknown'],
      Reconciling: ['True'],
    },
    severity: 'working',
    event: 'none',
    meaning: 'The operator reconciles the resource, or has not checked this condition yet.',
    whatToDo: 'Wait. If it persists, check the other conditions and the log of the operator.',
  },
  ProgressingWithRetry: {
    conditions: { Reconciling: ['True'] },
    severity: 'retried',
    event: 'none',
    meaning: 'A call failed. The operator retries with backoff.',
    whatToDo:
      'Check the reason of Ready. Set the annotation openconnectors.dev/reconcile-at to retry immediately.',
  },
  InvalidSpec: {
    conditions: { Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning: 'The spec violates a rule that the API server did not enforce. The operator makes no changes.',
    whatToDo: 'Correct the field in the message.',
  },
  Suspended: {
    conditions: { Ready: ['False', 'Unknown'] },
    severity: 'person',
    event: 'Normal',
    meaning:
      'Reconciliation is suspended by spec.suspend or the annotation openconnectors.dev/paused. Deletion still works.',
    whatToDo: 'Set spec.suspend to false or remove the annotation to resume.',
  },
  InternalError: {
    conditions: { Ready: ['False'], Synced: ['Unknown'], Reconciling: ['True'] },
    severity: 'retried',
    event: 'Warning',
    meaning: 'The operator failed with an unexpected error. It retries with backoff.',
    whatToDo: 'Check the log of the operator for this resource, and report the error.',
  },
  Recovered: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'The resource is Ready again after a failure.',
    whatToDo: 'Nothing.',
  },
} as const satisfies ReasonTable;
