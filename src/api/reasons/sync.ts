import type { ReasonTable } from './info.ts';

const STALLED = { Synced: ['False'], Ready: ['False'], Stalled: ['True'] } as const;
const RETRIED = { Synced: ['False', 'Unknown'], Ready: ['False', 'Unknown'], Reconciling: ['True'] } as const;

/** Reasons about the instance in Open Connectors compared with the spec. */
export const SYNC_REASONS = {
  Synced: {
    conditions: { Synced: ['True'] },
    severity: 'settled',
    event: 'none',
    meaning: 'The instance equals the spec.',
    whatToDo: 'Nothing.',
  },
  ServerNotAllowed: {
    conditions: STALLED,
    severity: 'stalled',
    event: 'Warning',
    meaning: 'spec.server is not in ALLOWED_SERVERS of the operator. No encrypted key was sent.',
    whatToDo: 'Correct spec.server, or add it to ALLOWED_SERVERS.',
  },
  DriftDetected: {
    conditions: { Synced: ['False'], Ready: ['False'] },
    severity: 'person',
    event: 'Warning',
    meaning: 'Another client changed the instance, and spec.driftPolicy is Report.',
    whatToDo: 'Update the instance or the spec, or set spec.driftPolicy to Correct.',
  },
  ChangesPlanned: {
    conditions: { Synced: ['False'], Ready: ['False'] },
    severity: 'person',
    event: 'Normal',
    meaning:
      'spec.managementPolicy is Observe, and the operator would make the changes in status.plan. It makes none of them.',
    whatToDo:
      'Review status.plan, or run kubectl openconnectors plan. To make the changes, set spec.managementPolicy to Manage.',
  },
  InstanceMissing: {
    conditions: { Synced: ['False'], Ready: ['False'] },
    severity: 'person',
    event: 'Warning',
    meaning:
      'The instance does not exist in Open Connectors. It is not created again, because spec.missingPolicy is Report or spec.instance.importId is set.',
    whatToDo:
      'Set spec.missingPolicy to Recreate, which needs a new consent. With importId, create the resource again with another id or none.',
  },
  ConnectorMismatch: {
    conditions: STALLED,
    severity: 'stalled',
    event: 'Warning',
    meaning: 'The instance in spec.instance.importId has another connector than spec.connector.',
    whatToDo: 'Correct spec.connector, or create the resource again with another id.',
  },
  ForeignOwner: {
    conditions: STALLED,
    severity: 'stalled',
    event: 'Warning',
    meaning: 'The instance has the owner tags of another cluster or resource. It is not changed.',
    whatToDo:
      'Use another instance. If nothing else manages it, set the annotation openconnectors.dev/take-over to "true".',
  },
  AmbiguousOwner: {
    conditions: STALLED,
    severity: 'stalled',
    event: 'Warning',
    meaning:
      'Several instances carry the owner tags of this resource, or one that has another connector. None is changed.',
    whatToDo:
      'Delete the wrong instances in Open Connectors, or set the correct one in spec.instance.importId.',
  },
  RemoteError: {
    conditions: RETRIED,
    severity: 'retried',
    event: 'Warning',
    meaning: 'A call to Open Connectors failed. The operator retries with backoff.',
    whatToDo: 'Wait. If it persists, check the log of the operator and the status page of Open Connectors.',
  },
  RemoteRejected: {
    conditions: STALLED,
    severity: 'stalled',
    event: 'Warning',
    meaning: 'Open Connectors refused the request. The same request would fail again.',
    whatToDo: 'Correct the spec or the Secrets as the message says.',
  },
  UnexpectedAnswer: {
    conditions: RETRIED,
    severity: 'retried',
    event: 'Warning',
    meaning: 'The response is not one of the Open Connectors API: no JSON, a redirect or too large.',
    whatToDo: 'Check spec.baseUrl of the account, and proxies and gateways in between.',
  },
  Throttled: {
    conditions: { ...RETRIED, AccountReady: ['False', 'Unknown'], AuthorizationPending: ['True'] },
    severity: 'retried',
    event: 'Normal',
    meaning: 'Open Connectors limits the requests (429). All calls of the account wait.',
    whatToDo: 'Wait. If it repeats, lower spec.limits of the account or raise its spec.inventoryInterval.',
  },
  InstanceNotAnswering: {
    conditions: { Ready: ['False'], Reconciling: ['True'] },
    severity: 'retried',
    event: 'Warning',
    meaning:
      'A test call through the instance failed: Infusionsoft rejects it or is unavailable, or Open Connectors cannot be reached.',
    whatToDo:
      'Check the status of Infusionsoft and of Open Connectors. With infusionsoftcrm, check spec.server and the Encrypted Key.',
  },
  SearchingInstance: {
    conditions: RETRIED,
    severity: 'working',
    event: 'Normal',
    meaning:
      'A call to create the instance was sent and its outcome is unknown. The operator searches for the instance before it sends anything else.',
    whatToDo: 'Wait a few minutes.',
  },
} as const satisfies ReasonTable;
