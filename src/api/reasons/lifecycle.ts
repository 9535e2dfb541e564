import type { ReasonTable } from './info.ts';

/** Reasons of events about completed actions, and reasons of a deletion. */
export const LIFECYCLE_REASONS = {
  Created: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'The instance was created.',
    whatToDo: 'Nothing.',
  },
  Adopted: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'An existing instance was adopted and carries the owner tags of this resource.',
    whatToDo: 'Nothing.',
  },
  TakenOver: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning:
      'An instance of another owner was taken over, as the annotation openconnectors.dev/take-over requires.',
    whatToDo: 'Remove the annotation.',
  },
  Updated: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'The instance was updated after a change of the spec or of a Secret.',
    whatToDo: 'Nothing.',
  },
  DriftCorrected: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'Another client had changed the instance. The operator reverted the change.',
    whatToDo: 'Nothing. Make such changes in the spec.',
  },
  Reauthorized: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'The instance has a new OAuth authorization. Its id stays the same.',
    whatToDo: 'Nothing.',
  },
  Switched: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning:
      'The connection Secret has another instance now, after a change of spec.connector. The instance before is kept until status.replacing.until.',
    whatToDo: 'Restart applications that read the Secret only at start.',
  },
  Replaced: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning:
      'An instance of another connector that is not in use any more was deleted, at the end of its retention or because spec.connector was restored.',
    whatToDo: 'Nothing.',
  },
  LegacyConnector: {
    conditions: {},
    severity: 'settled',
    event: 'Warning',
    meaning:
      'The instance uses infusionsoftcrm, which depends on XML-RPC. Keap ends XML-RPC at the end of 2026.',
    whatToDo:
      'Set spec.connector to infusionsoftrest and remove spec.encryptedKeySecretRef. The operator creates a new instance beside the old one.',
  },
  DuplicateRemoved: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'A duplicate instance of an interrupted create call was deleted.',
    whatToDo: 'Nothing.',
  },
  Deleting: {
    conditions: { Ready: ['False'], Reconciling: ['True'] },
    severity: 'working',
    event: 'none',
    meaning: 'The resource is being deleted, with its instance if spec.deletionPolicy is Delete.',
    whatToDo: 'Wait. The message of Ready names the cause of the delay.',
  },
  DeletionBlocked: {
    conditions: { Ready: ['False'], Stalled: ['True'] },
    severity: 'stalled',
    event: 'Warning',
    meaning:
      'The instance cannot be deleted, because neither the credentials of the account nor the fallback credentials work.',
    whatToDo:
      'Fix the account. Or delete the instance in Open Connectors and set the annotation openconnectors.dev/abandon to a reason.',
    help: [
      'The annotation releases the resource without a call to Open Connectors:',
      '```sh\nkubectl annotate infusionsoftconnector <name> -n <namespace> openconnectors.dev/abandon="<reason>"\n```',
    ],
  },
  Deleted: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning: 'The instance was deleted or did not exist.',
    whatToDo: 'Nothing.',
  },
  Orphaned: {
    conditions: {},
    severity: 'settled',
    event: 'Normal',
    meaning:
      'The resource was deleted and its instance stays in Open Connectors, as spec.deletionPolicy requires.',
    whatToDo: 'Nothing. Delete the instance in Open Connectors when it is not needed.',
  },
  Abandoned: {
    conditions: {},
    severity: 'settled',
    event: 'Warning',
    meaning:
      'The resource was deleted without its instance, as the annotation openconnectors.dev/abandon requires.',
    whatToDo: 'Delete the instance in Open Connectors if it still exists.',
  },
} as const satisfies ReasonTable;
