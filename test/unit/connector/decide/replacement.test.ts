import { describe } from 'vitest';
import { attempt, condition, readyStatus } from '../../../support/builders/connector.ts';
import { ID, settledWorld } from '../../../support/builders/input.ts';
import { instance, TAGS } from '../../../support/builders/instance.ts';
import { secretRead, VALUES } from '../../../support/builders/secrets.ts';
import { at, MINUTE } from '../../../support/builders/time.ts';
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

/** Status after the switch: the new instance is in use, the old one is still to be deleted. */
const switched = readyStatus(NEW, {
  observedGeneration: 2,
  replacing: { id: ID, connector: 'infusionsoftcrm' },
});
const after = { ...rest, status: switched };

describe('a changed connector', () => {
  decides([
    {
      name: 'no grant for the new one yet',
      because: 'the old one stays in use while a person is asked',
      input: settledWorld({
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
      name: 'a code for the new one',
      because: 'the new one is made beside the old one, like any other',
      input: settledWorld({
        connector: rest,
        secrets: { ...read, 'crm-code': secretRead({ code: 'new' }) },
      }),
      action: { type: 'create', draft: { previousCreated: 'no' } },
    },
    {
      name: 'the new one made',
      because: 'it has to answer before it is used',
      input: settledWorld({
        connector: rest,
        instances: [instance(ID), fresh],
        secrets: read,
        pass: { authorized: true },
      }),
      action: { type: 'ping', id: NEW },
    },
    {
      name: 'the new one answering',
      because: 'applications are switched by their Secret',
      input: settledWorld({
        connector: rest,
        instances: [instance(ID), { ...fresh, token: 'new-token' }],
        secrets: read,
        pass: { authorized: true, ping: 'answered' },
      }),
      action: { type: 'write-connection-secret', exists: true, data: { 'element-token': 'new-token' } },
    },
    {
      name: 'the Secret switched, the status not written yet',
      because: 'the old one goes only when status says which one is in use',
      input: settledWorld({
        connector: rest,
        instances: [instance(ID), fresh],
        secrets: read,
        pass: { authorized: true, ping: 'answered' },
      }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'the status written',
      because: 'a leader with a stale cache must fail before it deletes what is in use by now',
      input: settledWorld({ connector: after, instances: [instance(ID), fresh] }),
      action: { type: 'record-removal', id: ID },
    },
    {
      name: 'the removal of the old one recorded',
      because: 'nobody uses the old one any more',
      input: settledWorld({
        connector: after,
        instances: [instance(ID), fresh],
        pass: { removalsRecorded: [ID] },
      }),
      action: { type: 'delete-instance', id: ID, reason: 'Replaced' },
    },
    {
      name: 'the old one not in the list',
      because: 'absence from a list is never proof',
      input: settledWorld({ connector: after, instances: [fresh] }),
      action: { type: 'read-instance', id: ID },
    },
    {
      name: 'the old one gone',
      because: 'the change is complete',
      input: settledWorld({ connector: after, instances: [fresh], gone: [ID] }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'the old one deleted, and still shown',
      because: 'it is not believed before a read says so',
      input: settledWorld({
        connector: after,
        instances: [instance(ID), fresh],
        pass: { deleted: [ID] },
      }),
      action: blockedBy('Synced', 'RemoteError', `still shows instance ${ID} after its deletion.`, {
        kind: 'backoff',
      }),
    },
    {
      name: "the old one somebody else's by now",
      because: 'what carries the tags of another owner is not touched',
      input: settledWorld({
        connector: after,
        instances: [instance(ID, { tags: TAGS.otherCluster }), fresh],
      }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'changed back before the switch',
      because: 'the new one was never in use',
      input: settledWorld({
        connector: {
          metadata: { generation: 3 },
          annotations: { attempt: attempt({ at: at(-MINUTE) }) },
        },
        instances: [instance(ID), { ...fresh, createdAt: at(-MINUTE) }],
        pass: { removalsRecorded: [NEW] },
      }),
      action: { type: 'delete-instance', id: NEW, reason: 'DuplicateRemoved' },
    },
    {
      name: 'changed, and the new one does not work',
      because: 'a new grant is for the new one; the old one is left alone',
      input: settledWorld({
        connector: {
          ...rest,
          oauth: { authorizationCodeSecretRef: undefined },
          status: readyStatus(ID, {
            conditions: [condition('Authorized', 'False', 'AuthorizationRequired')],
          }),
        },
        instances: [instance(ID), fresh],
        secrets: read,
        pass: { read: [NEW], ping: 'refused', accountProven: true },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationFailed',
        'Infusionsoft never accepted the authorization of instance 5000; check spec.oauth. Run: kubectl openconnectors authorize crm -n team-a',
        'any',
      ),
    },
  ]);
});
