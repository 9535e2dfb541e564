import { describe } from 'vitest';
import { attempt, condition, connector, readyStatus, UID } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import {
  connectionMemory,
  ID,
  input,
  settledConnector,
  settledInput,
} from '../../../support/builders/input.ts';
import { instance, TAGS } from '../../../support/builders/instance.ts';
import { secretRead, secretUnread, VALUES } from '../../../support/builders/secrets.ts';
import { at, MINUTE, NOW, second } from '../../../support/builders/time.ts';
import { blockedBy, decides } from './table.ts';

const rest = {
  spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined },
  metadata: { generation: 2 },
} as const;
const NEW = 5000;
const fresh = instance(NEW, {
  element: 'infusionsoftrest',
  configuration: { 'oauth.callback.url': 'https://connect.example.com/oauth/callback' },
});
const read = {
  'crm-oauth': secretRead({ client_id: VALUES.clientId, client_secret: VALUES.clientSecret }),
};

const newUsed = {
  ...readyStatus(NEW).instance,
  id: NEW,
  connector: 'infusionsoftrest',
};
/** Status before the switch: the new instance works, the old one is in use. */
const pending = readyStatus(ID, {
  observedGeneration: 2,
  next: { id: NEW, connector: 'infusionsoftrest' },
  conditions: [
    condition('Ready', 'True', 'SwitchPending', { observedGeneration: 2 }),
    condition('Authorized', 'True', 'Authorized', { observedGeneration: 2 }),
    condition('Synced', 'True', 'Synced', { observedGeneration: 2 }),
  ],
});
/** Status after the switch: the new instance is in use, the old one is retained. */
const retained = (until: string | null = second(MINUTE)) =>
  readyStatus(NEW, {
    observedGeneration: 2,
    instance: newUsed,
    replacing: { id: ID, connector: 'infusionsoftcrm', ...(until !== null && { until }) },
  });
const newest = { ...fresh, token: 'new-token' };
const nextSecret = { 'crm-connection-next': secretUnread({ owners: [UID] }) };
/** Both Secrets hold what they should. */
const published = {
  secrets: nextSecret,
  memory: {
    nextConnection: connectionMemory(connector(rest), 'new-token', 'infusionsoftrest').connection,
  },
};
/** The connection Secret has the new instance. */
const usesNew = { memory: connectionMemory(connector(rest), 'new-token', 'infusionsoftrest') };
const asked = (value: string) => ({ annotations: { switch: value } });
const expired = { ...rest, status: retained(second(-MINUTE)) };
const adopted = {
  ...rest,
  spec: { ...rest.spec, instance: { importId: ID } },
  status: { ...retained(second(-MINUTE)), importId: ID },
};

describe('a changed connector before its consent', () => {
  decides([
    {
      name: 'spec.connector changed before status had the created instance',
      because: 'what a listing shows may be minutes old',
      input: input({ connector: connector(rest), instances: [instance(ID)] }),
      action: { type: 'read-instance', id: ID },
    },
    {
      name: 'spec.connector changed before status had the created instance, which was read',
      because: 'it is replaced as any instance in use, and not taken for a copy',
      input: input({ connector: connector(rest), instances: [instance(ID)], log: { read: [ID] } }),
      action: { type: 'record-instance', instance: { id: ID } },
    },
    {
      name: 'no grant for the new one yet',
      because: 'the old one stays in use while a person is asked',
      input: settledInput({
        connector: { ...rest, oauth: { authorizationCodeSecretRef: undefined } },
        secrets: read,
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRequired',
        'spec.connector changed; instance 4711 stays in use until the new OAuth consent. Run: kubectl openconnectors authorize crm -n team-a',
      ),
    },
    {
      name: 'the connection Secret edited while a person is asked',
      because: 'applications use the old one until the switch',
      input: settledInput({
        connector: rest,
        secrets: { ...read, 'crm-connection': secretRead({ a: 'b' }, { owners: [UID] }) },
        memory: { connection: { resourceVersion: '1', content: printOf('edited') } },
      }),
      action: {
        type: 'write-connection-secret',
        name: 'crm-connection',
        data: { 'element-token': VALUES.token, element: 'infusionsoftcrm' },
      },
    },
    {
      name: 'the old one taken by another owner',
      because: 'what carries the tags of another owner is not published again',
      input: settledInput({
        connector: { ...rest, oauth: { authorizationCodeSecretRef: undefined } },
        instances: [instance(ID, { tags: TAGS.otherCluster })],
        secrets: read,
        memory: { connection: { resourceVersion: '1', content: printOf('edited') } },
      }),
      action: blockedBy('Authorized', 'AuthorizationRequired', 'Run: kubectl'),
    },
    {
      name: 'the old one not in the list',
      because: 'absence from a list is never proof',
      input: settledInput({ connector: rest, instances: [], secrets: read }),
      action: { type: 'read-instance', id: ID },
    },
    {
      name: 'a code for the new one',
      because: 'the new one is made beside the old one, like any other',
      input: settledInput({
        connector: rest,
        secrets: { ...read, 'crm-code': secretRead({ code: 'new' }) },
      }),
      action: { type: 'create', draft: { previousCreated: 'no' } },
    },
    {
      name: 'the new one made',
      because: 'it has to answer before it is used',
      input: settledInput({
        connector: rest,
        instances: [instance(ID), fresh],
        secrets: read,
        log: { authorized: true },
      }),
      action: { type: 'ping', id: NEW },
    },
    {
      name: 'the new one found by a later process',
      because: 'that the old one was authorized says nothing about the new one',
      input: settledInput({
        connector: rest,
        instances: [instance(ID), fresh],
        secrets: read,
        log: { read: [NEW] },
      }),
      action: { type: 'ping', id: NEW },
    },
    {
      name: 'the new one in status, whose grant was not proven',
      because: 'that Authorized is True is about the old one until the switch is due',
      input: settledInput({
        connector: {
          ...rest,
          status: {
            ...pending,
            conditions: [
              condition('Ready', 'False', 'RemoteError'),
              condition('Authorized', 'True', 'Authorized'),
            ],
          },
        },
        instances: [instance(ID), fresh],
        secrets: read,
      }),
      action: { type: 'ping', id: NEW },
    },
    {
      name: 'another new one in the place of the one in status, which was deleted',
      because: 'that the deleted one worked says nothing about it',
      input: settledInput({
        connector: { ...rest, status: pending },
        instances: [instance(ID), { ...fresh, id: NEW + 1 }],
        gone: [NEW],
        secrets: read,
        log: { read: [NEW + 1] },
      }),
      action: { type: 'ping', id: NEW + 1 },
    },
    {
      name: 'the new one does not work',
      because: 'a new grant is for the new one; the old one is left alone',
      input: settledInput({
        connector: {
          ...rest,
          oauth: { authorizationCodeSecretRef: undefined },
          status: readyStatus(ID, {
            conditions: [condition('Authorized', 'False', 'AuthorizationRequired')],
          }),
        },
        instances: [instance(ID), fresh],
        secrets: read,
        log: { read: [NEW], ping: 'refused', accountProven: true },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationFailed',
        'Infusionsoft never accepted the authorization of instance 5000; check spec.oauth. Run: kubectl openconnectors authorize crm -n team-a',
        'any',
      ),
    },
    {
      name: 'changed back, and a new one of a lost answer is there',
      because: 'the new one was never in use',
      input: settledInput({
        connector: {
          metadata: { generation: 3 },
          annotations: { attempt: attempt({ at: at(-MINUTE) }) },
        },
        instances: [instance(ID), { ...fresh, createdAt: at(-MINUTE) }],
        log: { removalsRecorded: [NEW] },
      }),
      action: { type: 'delete-instance', id: NEW, reason: 'DuplicateRemoved' },
    },
    {
      name: 'changed back, and status names the new one',
      because: 'status says whose it is, whenever it was made',
      input: settledInput({
        connector: { metadata: { generation: 3 }, status: pending },
        instances: [instance(ID), fresh],
      }),
      action: { type: 'record-removal', id: NEW },
    },
    {
      name: 'changed back, with the removal of the new one recorded',
      because: 'nobody uses it',
      input: settledInput({
        connector: { metadata: { generation: 3 }, status: pending },
        instances: [instance(ID), fresh],
        log: { removalsRecorded: [NEW] },
      }),
      action: { type: 'delete-instance', id: NEW, reason: 'Replaced' },
    },
  ]);
});

describe('a switch', () => {
  const answering = {
    instances: [instance(ID), newest],
    secrets: read,
    log: { authorized: true, ping: 'answered' },
  } as const;
  const ready = { instances: [instance(ID), newest], ...published };
  decides([
    {
      name: 'the new one answering',
      because: 'applications are prepared with the connection of the new one',
      input: settledInput({ connector: rest, ...answering }),
      action: {
        type: 'write-connection-secret',
        name: 'crm-connection-next',
        exists: false,
        data: { 'element-token': 'new-token', element: 'infusionsoftrest' },
      },
    },
    {
      name: 'the new connection published',
      because: 'a person says when applications can use it',
      input: settledInput({ connector: { ...rest, status: pending }, ...ready }),
      action: {
        type: 'finish',
        result: {
          kind: 'ready',
          reason: 'SwitchPending',
          message:
            'Instance 5000 is authorized; Secret "crm-connection" still has instance 4711. To switch, set the annotation openconnectors.dev/switch to a new value.',
        },
      },
    },
    {
      name: 'the Secret of the new connection edited',
      because: 'it is as much our own as the connection Secret',
      input: settledInput({
        connector: { ...rest, status: pending },
        ...ready,
        memory: { nextConnection: { resourceVersion: '1', content: printOf('edited') } },
      }),
      action: { type: 'write-connection-secret', name: 'crm-connection-next', exists: true },
    },
    {
      name: 'the name of the Secret in use',
      because: 'a Secret of a user is never overwritten',
      input: settledInput({
        connector: { ...rest, status: pending },
        ...ready,
        secrets: { 'crm-connection-next': secretUnread({ owners: [] }) },
      }),
      action: blockedBy('Ready', 'ConnectionSecretConflict', 'Secret "crm-connection-next" exists'),
    },
    {
      name: 'the annotation set',
      because: 'status names the instance in use before the Secret moves',
      input: settledInput({ connector: { ...rest, status: pending, ...asked('1') }, ...ready }),
      action: {
        type: 'record-switch',
        to: { id: NEW },
        from: { id: ID, connector: 'infusionsoftcrm', as: { kind: 'retained', until: NOW + 1_440 * MINUTE } },
      },
    },
    {
      name: 'the annotation handled before',
      because: 'each value counts once',
      input: settledInput({
        connector: { ...rest, status: { ...pending, lastHandledSwitchAt: '1' }, ...asked('1') },
        ...ready,
      }),
      action: { type: 'finish', result: { kind: 'ready', reason: 'SwitchPending' } },
    },
    {
      name: 'spec.replacement.switch Automatic',
      because: 'nobody is asked, and nothing else is published',
      input: settledInput({
        connector: { ...rest, spec: { ...rest.spec, replacement: { switch: 'Automatic', retainFor: '1m' } } },
        ...answering,
      }),
      action: { type: 'record-switch', to: { id: NEW }, from: { as: { until: NOW + MINUTE } } },
    },
    {
      name: 'the switch recorded',
      because: 'the connection Secret moves in one write',
      input: settledInput({
        connector: { ...rest, status: retained() },
        instances: [instance(ID), newest],
        secrets: nextSecret,
        memory: connectionMemory(settledConnector(), VALUES.token, 'infusionsoftcrm'),
        log: { connectionWritten: true, switched: true },
      }),
      action: {
        type: 'write-connection-secret',
        name: 'crm-connection',
        exists: true,
        data: { 'element-token': 'new-token', element: 'infusionsoftrest' },
      },
    },
    {
      name: 'the connection Secret moved',
      because: 'the Secret of the new connection has served its purpose',
      input: settledInput({
        connector: { ...rest, status: retained() },
        instances: [instance(ID), newest],
        secrets: nextSecret,
        ...usesNew,
      }),
      action: { type: 'delete-connection-secret', name: 'crm-connection-next' },
    },
    {
      name: 'the old one deleted by another client before the switch',
      because: 'nothing is left to wait for',
      input: settledInput({
        connector: { ...rest, status: pending },
        instances: [newest],
        gone: [ID],
        secrets: nextSecret,
      }),
      action: {
        type: 'write-connection-secret',
        name: 'crm-connection',
        data: { 'element-token': 'new-token' },
      },
    },
    {
      name: 'the old one deleted by another client, and the connection Secret moved',
      because: 'the new one is in use, and not released as one that is not',
      input: settledInput({
        connector: { ...rest, status: pending },
        instances: [newest],
        gone: [ID],
        ...usesNew,
      }),
      action: { type: 'finish', result: { kind: 'ready', reason: 'Succeeded' } },
    },
    {
      name: 'of an adopted instance',
      because: 'importId counts for the adoption only',
      input: settledInput({
        connector: {
          ...rest,
          ...asked('1'),
          spec: { ...rest.spec, instance: { importId: ID } },
          status: pending,
        },
        ...ready,
      }),
      action: { type: 'record-switch', to: { id: NEW }, from: { id: ID } },
    },
  ]);
});

describe('the retention after a switch', () => {
  const both = { instances: [instance(ID), newest], ...usesNew };
  decides([
    {
      name: 'within it',
      because: 'the old one stays as it is',
      input: settledInput({ connector: { ...rest, status: retained() }, ...both }),
      action: { type: 'finish', result: { kind: 'ready', reason: 'Succeeded' } },
    },
    {
      name: 'a new value of the annotation',
      because: 'the old one is read before applications use it again',
      input: settledInput({ connector: { ...rest, status: retained(), ...asked('2') }, ...both }),
      action: { type: 'read-instance', id: ID },
    },
    {
      name: 'a new value of the annotation, the old one read',
      because: 'the same annotation switches back',
      input: settledInput({
        connector: { ...rest, status: retained(), ...asked('2') },
        ...both,
        log: { read: [ID] },
      }),
      action: {
        type: 'record-switch',
        to: { id: ID },
        from: { id: NEW, connector: 'infusionsoftrest', as: { kind: 'next' } },
      },
    },
    {
      name: 'a new value of the annotation, the new one revoked',
      because: 'that may be the reason to switch back',
      input: settledInput({
        connector: { ...rest, status: retained(), ...asked('2') },
        ...both,
        instances: [instance(ID), { ...newest, disabled: true }],
        log: { read: [NEW, ID], ping: 'refused', accountProven: true },
      }),
      action: { type: 'record-switch', to: { id: ID } },
    },
    {
      name: 'a new value of the annotation, the old one deleted by another client',
      because: 'there is nothing to switch back to',
      input: settledInput({
        connector: { ...rest, status: retained(), ...asked('2') },
        ...both,
        instances: [newest],
        gone: [ID],
        log: { read: [ID] },
      }),
      action: { type: 'finish', result: { kind: 'ready', reason: 'Succeeded' } },
    },
    {
      name: 'a new value of the annotation, the old one taken over by another resource',
      because: 'the token of an instance of another owner is not published',
      input: settledInput({
        connector: { ...rest, status: retained(), ...asked('2') },
        ...both,
        instances: [instance(ID, { tags: TAGS.otherResource }), newest],
        log: { read: [ID] },
      }),
      action: { type: 'finish', result: { kind: 'ready', reason: 'Succeeded' } },
    },
    {
      name: 'a new value of the annotation, the old one without its token in the response',
      because: 'there is nothing to publish',
      input: settledInput({
        connector: { ...rest, status: retained(), ...asked('2') },
        ...both,
        instances: [instance(ID, { token: undefined }), newest],
        log: { read: [ID] },
      }),
      action: { type: 'finish', result: { kind: 'ready', reason: 'Succeeded' } },
    },
    {
      name: 'a new value of the annotation when the retention has just ended',
      because: 'the old one is released then',
      input: settledInput({
        connector: { ...rest, status: retained(second(0)), ...asked('2') },
        ...both,
        log: { read: [ID] },
      }),
      action: { type: 'record-removal', id: ID },
    },
    {
      name: 'switched back with Automatic',
      because: 'only the annotation moves it forward again',
      input: settledInput({
        connector: {
          ...rest,
          spec: { ...rest.spec, replacement: { switch: 'Automatic' } },
          status: {
            ...pending,
            next: { id: NEW, connector: 'infusionsoftrest', switchedBack: true },
          },
        },
        instances: [instance(ID), newest],
        ...published,
      }),
      action: { type: 'finish', result: { kind: 'ready', reason: 'SwitchPending' } },
    },
    {
      name: 'a switch back recorded, the new one not working',
      because: 'the connection Secret does not wait for the new one',
      input: settledInput({
        connector: {
          ...rest,
          status: {
            ...pending,
            conditions: retained().conditions,
            next: { id: NEW, connector: 'infusionsoftrest', switchedBack: true },
          },
        },
        instances: [instance(ID), { ...newest, disabled: true }],
        ...usesNew,
      }),
      action: {
        type: 'write-connection-secret',
        name: 'crm-connection',
        data: { 'element-token': VALUES.token },
      },
    },
    {
      name: 'spec.connector restored',
      because: 'the old one has its grant still, and has to show it',
      input: settledInput({
        connector: { metadata: { generation: 3 }, status: retained() },
        ...both,
        log: { read: [ID] },
      }),
      action: { type: 'ping', id: ID },
    },
    {
      name: 'over',
      because: 'a leader with a stale cache must fail before it deletes what is in use by now',
      input: settledInput({ connector: expired, ...both }),
      action: { type: 'record-removal', id: ID },
    },
    {
      name: 'over, with the connection Secret on the old one',
      because: 'an instance whose token is in the connection Secret is never deleted',
      input: settledInput({
        connector: expired,
        instances: [instance(ID), newest],
        memory: connectionMemory(settledConnector(), VALUES.token, 'infusionsoftcrm'),
        log: { removalsRecorded: [ID] },
      }),
      action: {
        type: 'write-connection-secret',
        name: 'crm-connection',
        data: { 'element-token': 'new-token' },
      },
    },
    {
      name: 'over, and the annotation set too late',
      because: 'the old one may be deleted already',
      input: settledInput({ connector: { ...expired, ...asked('2') }, ...both }),
      action: { type: 'record-removal', id: ID },
    },
    {
      name: 'over, with the removal recorded',
      because: 'nobody uses the old one any more',
      input: settledInput({ connector: expired, ...both, log: { removalsRecorded: [ID] } }),
      action: { type: 'delete-instance', id: ID, reason: 'Replaced' },
    },
    {
      name: 'of an earlier version, without an end',
      because: 'it was over with the switch',
      input: settledInput({
        connector: { ...rest, status: retained(null) },
        ...both,
        log: { removalsRecorded: [ID] },
      }),
      action: { type: 'delete-instance', id: ID, reason: 'Replaced' },
    },
    {
      name: 'over, the old one not in the list',
      because: 'absence from a list is never proof',
      input: settledInput({ connector: expired, ...both, instances: [newest] }),
      action: { type: 'read-instance', id: ID },
    },
    {
      name: 'over, the old one gone',
      because: 'the change is complete',
      input: settledInput({ connector: expired, ...both, instances: [newest], gone: [ID] }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'over, the old one deleted and still shown',
      because: 'it is not believed before a read says so',
      input: settledInput({ connector: expired, ...both, log: { deleted: [ID] } }),
      action: blockedBy('Synced', 'RemoteError', `still shows instance ${ID} after its deletion.`, {
        kind: 'backoff',
      }),
    },
    {
      name: "over, the old one somebody else's by now",
      because: 'what carries the tags of another owner is not touched',
      input: settledInput({
        connector: expired,
        ...both,
        instances: [instance(ID, { tags: TAGS.otherCluster }), newest],
      }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'over, with an adopted old one',
      because: 'the removal is recorded before any release',
      input: settledInput({ connector: adopted, ...both }),
      action: { type: 'record-removal', id: ID },
    },
    {
      name: 'over, with an adopted old one and the removal recorded',
      because: 'what the operator did not create stays, without its tags',
      input: settledInput({ connector: adopted, ...both, log: { removalsRecorded: [ID] } }),
      action: { type: 'release-tags', id: ID, tags: [], onFailure: 'retry' },
    },
    {
      name: 'over, with deletionPolicy Orphan',
      because: 'the policy is for each instance of the resource',
      input: settledInput({
        connector: { ...expired, spec: { ...rest.spec, deletionPolicy: 'Orphan' } },
        ...both,
        log: { removalsRecorded: [ID] },
      }),
      action: { type: 'release-tags', id: ID },
    },
    {
      name: 'over, the tags of the old one removed',
      because: 'the change is complete',
      input: settledInput({ connector: adopted, ...both, log: { tagsReleased: [ID] } }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
  ]);
});
