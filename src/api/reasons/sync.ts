import type { ReasonTable } from './info.ts';

const STALLED = { Synced: ['False'], Ready: ['False'], Stalled: ['True'] } as const;
const RETRIED = { Synced: ['False', 'Unknown'], Ready: ['False', 'Unknown'], Reconciling: ['True'] } as const;

/** Reasons about the instance at the remote side against the spec. */
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
    meaning:
      'spec.server is not among the servers that the operator may hand an encrypted key to. Nothing was sent.',
    whatToDo: 'Correct spec.server, or add the server to ALLOWED_SERVERS of the operator.',
  },
  DriftDetected: {
    conditions: { Synced: ['False'], Ready: ['False'] },
    severity: 'person',
    event: 'Warning',
    meaning: 'Somebody else changed the instance, and spec.driftPolicy is Report.',
    whatToDo: 'Bring the instance or the spec in line, or set spec.driftPolicy to Correct.',
  },
  InstanceMissing: {
    conditions: { Synced: ['False'], Ready: ['False'] },
    severity: 'person',
    event: 'Warning',
    meaning:
      'The instance is gone from Open Connectors, and spec.missingPolicy is Report; or the instance that spec.instance.importId names does not exist.',
    whatToDo:
      'Set spec.missingPolicy to Recreate (that needs a new consent), or correct the id, or delete the resource.',
  },
  ConnectorMismatch: {
    conditions: STALLED,
    severity: 'stalled',
    event: 'Warning',
    meaning: 'The instance that spec.instance.importId names is of another connector than spec.connector.',
    whatToDo:
      'Set spec.connector to the connector of that instance, or create the resource again with another id.',
  },
  ForeignOwner: {
    conditions: STALLED,
    severity: 'stalled',
    event: 'Warning',
    meaning: 'The instance carries the mark of another cluster or another resource. It is not touched.',
    whatToDo:
      'Use another instance; or, when you are sure that nobody else manages it, set the annotation openconnectors.dev/take-over to "true".',
  },
  AmbiguousOwner: {
    conditions: STALLED,
    severity: 'stalled',
    event: 'Warning',
    meaning:
      'More than one instance, or one of another connector, carries the mark of this resource. None is touched.',
    whatToDo: 'Delete the instances that are not needed, or name the right one in spec.instance.importId.',
  },
  RemoteError: {
    conditions: RETRIED,
    severity: 'retried',
    event: 'Warning',
    meaning: 'Open Connectors failed to do what was asked; it is tried again.',
    whatToDo: 'Wait; if it stays, look into the log of the operator and the status page of Open Connectors.',
  },
  RemoteRejected: {
    conditions: STALLED,
    severity: 'stalled',
    event: 'Warning',
    meaning: 'Open Connectors refuses what the spec asks for; the same request would be refused again.',
    whatToDo: 'Correct what the message names: the spec, or the values in the Secrets.',
  },
  UnexpectedAnswer: {
    conditions: RETRIED,
    severity: 'retried',
    event: 'Warning',
    meaning:
      'The answer cannot be understood: it is no JSON of the API, a redirect or too large. It proves nothing.',
    whatToDo:
      'Check that spec.baseUrl of the account is the API, and that no proxy or gateway answers in its place.',
  },
  Throttled: {
    conditions: { ...RETRIED, AccountReady: ['False', 'Unknown'] },
    severity: 'retried',
    event: 'Normal',
    meaning: 'Open Connectors asks for a pause (429). The whole account is left alone until then.',
    whatToDo:
      'Wait. If it happens often, lower spec.limits of the account or raise its spec.inventoryInterval.',
  },
  InstanceNotAnswering: {
    conditions: { Ready: ['False'], Reconciling: ['True'] },
    severity: 'retried',
    event: 'Warning',
    meaning: 'The instance exists, but a call through it fails.',
    whatToDo: 'Check spec.server and the encrypted key, and whether Keap answers.',
  },
  SearchingInstance: {
    conditions: RETRIED,
    severity: 'working',
    event: 'Normal',
    meaning:
      'A request to create or authorize the instance was sent and its outcome is unknown. It is searched for until no request can be under way any more, before anything else is sent.',
    whatToDo: 'Wait a few minutes.',
  },
} as const satisfies ReasonTable;
