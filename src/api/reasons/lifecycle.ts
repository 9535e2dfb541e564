import type { ReasonTable } from './info.ts';

/** Reasons of events that report what was done, and reasons of a deletion. */
export const LIFECYCLE_REASONS = {
  Created: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'An instance was created.',
    whatToDo: 'Nothing.',
  },
  Adopted: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'An existing instance was adopted and marked as managed by this resource.',
    whatToDo: 'Nothing.',
  },
  TakenOver: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'An instance that another owner had marked was taken over, as the annotation take-over asked.',
    whatToDo: 'Remove the annotation openconnectors.dev/take-over.',
  },
  Updated: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'The instance was changed to what the spec or a Secret says now.',
    whatToDo: 'Nothing.',
  },
  DriftCorrected: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'Somebody else had changed the instance; it was set back to what the spec says.',
    whatToDo: 'Nothing; make such changes in the spec.',
  },
  Reauthorized: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'The instance was given a new grant; its id stayed.',
    whatToDo: 'Nothing.',
  },
  Replaced: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning:
      'The connection Secret was switched to the instance of the new connector, and the old one deleted.',
    whatToDo: 'Nothing; applications that read the Secret only at start have to be restarted.',
  },
  LegacyConnector: {
    conditions: {},
    severity: 'settled',
    event: 'Warning',
    meaning:
      'The instance is of infusionsoftcrm, which works by legacy keys and XML-RPC. Keap takes no new legacy keys since 2024 and ends XML-RPC at the end of 2026.',
    whatToDo:
      'Set spec.connector to infusionsoftrest (and remove spec.encryptedKeySecretRef): a new instance is made beside the old one.',
  },
  DuplicateRemoved: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'A second instance that an interrupted creation had left behind was deleted.',
    whatToDo: 'Nothing.',
  },
  Deleting: {
    conditions: { Ready: ['False'], Reconciling: ['True'] },
    severity: 'working',
    event: 'none',
    meaning:
      'The resource is being deleted, and the instance with it if the deletion policy says so. The deletion did not end in one reconcile; the operator goes on with it.',
    whatToDo: 'Wait; the message of Ready shows what the deletion waits for.',
  },
  DeletionBlocked: {
    conditions: { Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning:
      'The instance cannot be deleted, because the remote side refuses the current and the last known credentials.',
    whatToDo:
      'Repair the credentials of the account; or delete the instance by hand and set the annotation openconnectors.dev/abandon to the reason.',
  },
  Deleted: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'The instance was deleted, or was gone already.',
    whatToDo: 'Nothing.',
  },
  Orphaned: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning:
      'The resource was deleted and the instance left at the remote side, as the deletion policy says.',
    whatToDo: 'Nothing; delete the instance in Open Connectors when nobody needs it.',
  },
  Abandoned: {
    conditions: {},
    severity: 'settled',
    event: 'Warning',
    meaning: 'The resource was let go without touching the remote side, as the annotation abandon asked.',
    whatToDo:
      'Look in Open Connectors whether the instance that the message names still exists, and delete it there.',
  },
} as const satisfies ReasonTable;
