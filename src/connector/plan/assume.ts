import { nextConnectionSecretNameOf } from '../../api/defaults.ts';
import { FINALIZER } from '../../api/group.ts';
import type { Instance, InstanceBody } from '../../openconnectors/port.ts';
import { absent, adopted, nextRecord } from '../../ownership/write-ahead-record.ts';
import { withRecord } from '../../secrets/managed-metadata.ts';
import { MASKED } from '../../secrets/mask.ts';
import type { SecretFact } from '../../secrets/secret-fact.ts';
import type { Act } from '../action.ts';
import { deletedInstances, type Outcome } from '../action-log.ts';
import type { ConnectorInput, Observation } from '../input.ts';
import { canonicalContent, connectionMetadata } from '../observe/connection-content.ts';
import { gather } from '../observe/gather.ts';
import { withFact } from '../observe/observe.ts';
import type { Fingerprint } from '../observe/secret-inputs.ts';
import { statusAfterSwitch, statusWithInstance } from '../report/instance-status.ts';

/** Stands for the salt, the token and the resourceVersion that only a real call returns. */
const ASSUMED = 'assumed';

/** The id of an instance that is assumed to be created: like that of a real one, it is higher than all before it. */
export const NEW_INSTANCE_ID = Number.MAX_SAFE_INTEGER;

interface Assumption {
  readonly observation: Observation;
  readonly outcome?: Outcome;
  /** The instance that is read by id in the course of the action. */
  readonly read?: number;
}

/** The input after `action`, as `act` would return it where the action succeeds and nothing else changes. Pure. */
export function assume(input: ConnectorInput, action: Act, fingerprint: Fingerprint): ConnectorInput {
  const { observation, outcome = { kind: 'done' }, read } = assumptionOf(input, action, fingerprint);
  const log = [...input.log, { action, outcome, read }];
  return gather({ ...observation, log }, fingerprint, input);
}

function assumptionOf(input: ConnectorInput, action: Act, fingerprint: Fingerprint): Assumption {
  const { uid } = input.connector.metadata;
  switch (action.type) {
    case 'read-secret':
    case 'ping-peer':
    case 'read-element':
    case 'open-fallback-credentials':
    case 'record-removal':
    case 'write-tombstone':
    case 'reauthorize':
    case 'release-tags':
    case 'release-connection-secret':
      return { observation: input };
    case 'search':
      return { observation: { ...input, external: { ...input.external, searchedAt: input.now } } };
    case 'read-instance':
      return deletedInstances(input.log).includes(action.id)
        ? { observation: withInstance(input, action.id, 'not-found'), read: action.id }
        : { observation: input, read: action.id };
    case 'verify-account':
      return { observation: input, read: action.id };
    case 'ping':
      return { observation: input, outcome: { kind: 'ping', answer: 'answered' } };
    case 'write-record':
      return { observation: { ...input, storedRecord: recordAfter(action) } };
    case 'add-finalizer':
      return { observation: withFinalizer(input) };
    case 'write-one-time-code':
      return { observation: withFact(input, action.name, ownSecret(uid)) };
    case 'remove-secret':
    case 'delete-connection-secret':
      return { observation: withFact(input, action.name, { state: 'absent', confirmed: true }) };
    case 'record-instance':
      return {
        observation: {
          ...input,
          connector: { ...input.connector, status: statusWithInstance(input, action.instance) },
        },
      };
    case 'record-switch':
      return {
        observation: {
          ...input,
          connector: { ...input.connector, status: statusAfterSwitch(input, action) },
        },
      };
    case 'record-disabling':
      return { observation: withDisablingRecorded(input) };
    case 'create':
      return { observation: withCreated(input, action, fingerprint) };
    case 'patch':
      return { observation: changeInstance(input, action.id, (instance) => patched(instance, action)) };
    case 'enable':
      return {
        observation: changeInstance(input, action.id, (instance) => ({
          ...instance,
          disabled: !action.enabled,
        })),
      };
    case 'delete-instance':
      return { observation: withInstance(input, action.id, undefined) };
    case 'write-connection-secret':
      return {
        observation: {
          ...withFact(input, action.name, ownSecret(uid)),
          memory: {
            ...input.memory,
            [action.name === nextConnectionSecretNameOf(input.connector) ? 'nextConnection' : 'connection']: {
              resourceVersion: ASSUMED,
              content: fingerprint(
                canonicalContent(action.data, withRecord(connectionMetadata(input.connector))),
              ),
            },
          },
        },
      };
  }
}

function withInstance(
  observation: Observation,
  id: number,
  instance: Instance | 'not-found' | undefined,
): Observation {
  const instances = new Map(observation.external.instances);
  if (instance === undefined) {
    instances.delete(id);
  } else {
    instances.set(id, instance);
  }
  return { ...observation, external: { ...observation.external, instances } };
}

function changeInstance(
  observation: Observation,
  id: number,
  change: (instance: Instance) => Instance,
): Observation {
  const known = observation.external.instances.get(id);
  return known === undefined || known === 'not-found'
    ? observation
    : withInstance(observation, id, change(known));
}

function ownSecret(uid: string): SecretFact {
  return { state: 'unread', resourceVersion: ASSUMED, owners: [uid] };
}

function withFinalizer(observation: Observation): Observation {
  const { connector } = observation;
  const finalizers = connector.metadata.finalizers ?? [];
  return finalizers.includes(FINALIZER)
    ? observation
    : {
        ...observation,
        connector: {
          ...connector,
          metadata: { ...connector.metadata, finalizers: [...finalizers, FINALIZER] },
        },
      };
}

function withDisablingRecorded(observation: Observation): Observation {
  const { connector } = observation;
  const instance = connector.status?.instance;
  return instance === undefined
    ? observation
    : {
        ...observation,
        connector: {
          ...connector,
          status: { ...connector.status, instance: { ...instance, enabled: false } },
        },
      };
}

function recordAfter({ record: change }: Extract<Act, { type: 'write-record' }>) {
  return change.kind === 'absent'
    ? absent(change.record, change.at)
    : adopted(change.record, change.credential, change.credentialKind, ASSUMED);
}

function withCreated(
  input: ConnectorInput,
  { body, draft }: Extract<Act, { type: 'create' }>,
  fingerprint: Fingerprint,
): Observation {
  const value = body.grant.kind === 'code' ? body.grant.code : body.grant.refreshToken;
  const credential = { value, fingerprint: fingerprint(value) };
  const storedRecord = nextRecord(input.record, credential, draft, ASSUMED, input.now);
  return {
    ...withInstance(withFinalizer(input), NEW_INSTANCE_ID, created(body, input.now)),
    storedRecord,
    memory: {
      ...input.memory,
      ambiguous: undefined,
      unprocessed: undefined,
      refused: undefined,
      accepted: storedRecord.digest,
      clockSetBackAt: undefined,
    },
  };
}

function created(body: InstanceBody, now: number): Instance {
  return {
    id: NEW_INSTANCE_ID,
    name: body.name,
    element: body.element,
    tags: body.tags,
    disabled: false,
    createdAt: new Date(now).toISOString(),
    token: ASSUMED,
    configuration: Object.fromEntries(Object.keys(body.configuration).map((key) => [key, MASKED])),
  };
}

function patched(instance: Instance, { patch }: Extract<Act, { type: 'patch' }>): Instance {
  const { configuration, ...rest } = patch;
  return { ...instance, ...rest, configuration: { ...instance.configuration, ...configuration } };
}
