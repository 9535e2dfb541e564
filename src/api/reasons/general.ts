import type { ReasonTable } from './info.ts';

/** Reasons about the resource as a whole. */
export const GENERAL_REASONS = {
  Succeeded: {
    conditions: { Ready: ['True'] },
    severity: 'settled',
    event: 'Normal',
    meaning: 'Everything is as the spec says and works.',
    whatToDo: 'Nothing.',
  },
  Disabled: {
    conditions: { Ready: ['True'] },
    severity: 'settled',
    event: 'Normal',
    meaning: 'The instance exists and is disabled, as spec.instance.enabled: false says.',
    whatToDo: 'Nothing; set spec.instance.enabled to true to use the instance again.',
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
    meaning: 'The operator is at work, or has not come to this point yet.',
    whatToDo: 'Wait. If it stays, look whether another condition or the log of the operator says more.',
  },
  ProgressingWithRetry: {
    conditions: { Reconciling: ['True'] },
    severity: 'retried',
    event: 'none',
    meaning: 'Something failed that may pass by itself; the operator tries again with growing pauses.',
    whatToDo: 'Look at the reason of Ready. The annotation openconnectors.dev/reconcile-at tries at once.',
  },
  InvalidSpec: {
    conditions: { Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning: 'The spec breaks a rule that this API server did not check. Nothing was done.',
    whatToDo: 'Correct the field that the message names.',
  },
  Suspended: {
    conditions: { Ready: ['False', 'Unknown'] },
    severity: 'person',
    event: 'Normal',
    meaning: 'All work but deletion is stopped by spec.suspend or the annotation openconnectors.dev/paused.',
    whatToDo: 'Set spec.suspend to false or remove the annotation to go on.',
  },
  InternalError: {
    conditions: { Ready: ['False'], Synced: ['Unknown'], Reconciling: ['True'] },
    severity: 'retried',
    event: 'Warning',
    meaning: 'The operator failed in a way that it did not expect; the failure is contained and tried again.',
    whatToDo: 'Look into the log of the operator for this resource, and report what it says.',
  },
  Recovered: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'The resource is Ready again after it was not.',
    whatToDo: 'Nothing.',
  },
} as const satisfies ReasonTable;
