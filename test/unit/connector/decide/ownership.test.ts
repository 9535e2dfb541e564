import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/connector/decide/decide.ts';
import { allTags, uidTag } from '../../../../src/ownership/owner-tags.ts';
import { PROBE_INTERVAL_MS } from '../../../../src/reconciler/backoff.ts';
import { attempt, connector, digest, HELD } from '../../../support/builders/connector.ts';
import { ID, input, settledConnector, settledInput, UNREAD } from '../../../support/builders/input.ts';
import { instance, NAMESAKE_UID, OWN, TAGS } from '../../../support/builders/instance.ts';
import { VALUES } from '../../../support/builders/secrets.ts';
import { at, MINUTE, NOW, SECOND } from '../../../support/builders/time.ts';
import { blockedBy, decides } from './table.ts';

const held = connector({ metadata: HELD });
const importing = (change: Parameters<typeof connector>[0] = {}) =>
  connector({ ...change, spec: { instance: { importId: 7 } } });

const sent = () => connector({ metadata: HELD, annotations: { attempt: attempt({ at: at(-MINUTE) }) } });

/** A settled connector with a record, beside whose instance another one with its tags was created. */
const duplicate = (
  createdAt: string | undefined,
  record: Parameters<typeof attempt>[0],
  removalsRecorded: readonly number[] = [],
  usedSince = '2026-02-01T09:00:00Z',
) =>
  settledInput({
    connector: { annotations: { attempt: attempt({ at: at(-MINUTE), ...record }) } },
    instances: [instance(9, { createdAt }), instance(ID, { createdAt: usedSince })],
    log: { removalsRecorded },
  });

describe('whose an instance is', () => {
  decides([
    {
      name: 'nobody is there',
      because: 'absence from a complete list is where a creation begins',
      input: input(),
      action: { type: 'create' },
    },
    {
      name: 'made by this resource, never written to status, seen in a list',
      because: 'a list may be minutes old, and another owner may have taken it since',
      input: input({ connector: held, instances: [instance(9)] }),
      action: { type: 'read-instance', id: 9 },
    },
    {
      name: 'made by this resource, never written to status',
      because: 'a crash came between the creation and the status; the uid on it is proof',
      input: input({ connector: held, instances: [instance(9)], log: { read: [9] } }),
      action: { type: 'ping', id: 9, token: VALUES.token },
    },
    {
      name: 'made by this resource, which lost its finalizer',
      because: 'the resource must not go before its instance',
      input: input({ instances: [instance(9)], log: { read: [9] } }),
      action: { type: 'add-finalizer' },
    },
    {
      name: 'two made by this resource',
      because: 'the older one stays, for it may be in use',
      input: input({
        connector: sent(),
        instances: [instance(12, { createdAt: at(-SECOND) }), instance(9)],
        log: { read: [9] },
      }),
      action: { type: 'record-removal', id: 12 },
    },
    {
      name: 'a second one beside the one in status, whose answer was lost',
      because: 'status names it before it is deleted, so that a leader with a stale cache fails',
      input: duplicate(at(-SECOND), { digest: digest('another code') }),
      action: { type: 'record-removal', id: 9 },
    },
    {
      name: 'a second one beside the one in status, its removal recorded',
      because: 'what was never written to status is what a lost answer left behind',
      input: duplicate(at(-SECOND), { digest: digest('another code') }, [9]),
      action: { type: 'delete-instance', id: 9, reason: 'DuplicateRemoved' },
    },
    {
      name: 'a second one, created an hour after a lost answer',
      because: 'a server may commit late',
      input: duplicate(at(0), { digest: digest('another code'), at: at(-60 * MINUTE) }),
      action: { type: 'record-removal', id: 9 },
    },
    {
      name: 'a second one, created later still',
      because: 'that was a user in the console, and what it is for is unknown',
      input: duplicate(at(0), { digest: digest('another code'), at: at(-60 * MINUTE - SECOND) }),
      action: blockedBy('Synced', 'AmbiguousOwner', 'Delete one of them', 'any'),
    },
    {
      name: 'a second one, of an earlier credential whose answer was lost',
      because: 'its window stays open while a newer credential is in use',
      input: duplicate(at(-SECOND), {
        at: at(-10 * SECOND),
        spent: [{ digest: digest('another code'), at: at(-MINUTE), kind: 'code', created: 'unknown' }],
      }),
      action: { type: 'record-removal', id: 9 },
    },
    {
      name: 'a second one, of a create that was accepted and never written to status',
      because: 'the instance in use explains one create, and this one is another',
      input: duplicate(
        at(-5 * SECOND),
        {
          at: at(-10 * SECOND),
          spent: [{ digest: digest('another code'), at: at(-MINUTE), kind: 'code', created: 'one' }],
        },
        [],
        at(-50 * SECOND),
      ),
      action: { type: 'record-removal', id: 9 },
    },
    {
      name: 'a copy of the instance in use, made right after it',
      because: 'the answer to the create was understood: it made one instance, and that is known',
      input: duplicate(at(-SECOND), { at: at(-MINUTE) }, [], at(-30 * SECOND)),
      action: blockedBy('Synced', 'AmbiguousOwner', `Instances ${ID} and 9`, 'any'),
    },
    {
      name: 'a second one that was created at an unknown time',
      because: 'nothing shows that the operator created it',
      input: duplicate(undefined, { digest: digest('another code') }),
      action: blockedBy('Synced', 'AmbiguousOwner', 'or remove its k8s- tags', 'any'),
    },
    {
      name: 'a second one without any record',
      because: 'an instance that was copied in the console carries our tags, too',
      input: settledInput({ instances: [instance(9), instance(ID)] }),
      action: blockedBy(
        'Synced',
        'AmbiguousOwner',
        'Instances 4711 and 9 carry the owner tags of this resource. Delete one of them in Open Connectors, or remove its k8s- tags.',
        { kind: 'at', time: NOW + PROBE_INTERVAL_MS },
      ),
    },
    {
      name: 'a second one that was deleted, not confirmed yet',
      because: 'only a read by id tells that it is deleted',
      input: settledInput({ log: { deleted: [9], removalsRecorded: [9] } }),
      action: { type: 'read-instance', id: 9 },
    },
    {
      name: 'a second one that was deleted and is still shown',
      because: 'it is not deleted again and again',
      input: settledInput({
        connector: { annotations: { attempt: attempt({ at: at(-MINUTE), digest: digest('another code') }) } },
        instances: [instance(9, { createdAt: at(-SECOND) }), instance(ID, { createdAt: at(-60 * MINUTE) })],
        log: { deleted: [9], removalsRecorded: [9], read: [9] },
      }),
      action: blockedBy('Synced', 'RemoteError', 'still shows instance 9 after its deletion', {
        kind: 'backoff',
      }),
    },
    {
      name: 'one with our tags but of another connector, beside the one in status',
      because: 'a change of the connector that was taken back left it behind',
      input: settledInput({
        connector: { annotations: { attempt: attempt({ at: at(-MINUTE) }) } },
        instances: [instance(9, { element: 'infusionsoftrest', createdAt: at(-MINUTE) }), instance(ID)],
        log: { removalsRecorded: [9] },
      }),
      action: { type: 'delete-instance', id: 9, reason: 'DuplicateRemoved' },
    },
    {
      name: 'a namesake of another uid, in a list of a minute ago',
      because: 'this is decided once, so that it is looked at once more before',
      input: input({ connector: held, instances: [instance(9, { tags: TAGS.namesake })] }),
      action: { type: 'search' },
    },
    {
      name: 'a namesake of another uid',
      because: 'a restored backup finds the instance of its former self',
      input: input({
        connector: held,
        instances: [instance(9, { tags: TAGS.namesake })],
        log: { searched: true, read: [9] },
      }),
      action: { type: 'ping', id: 9 },
    },
    {
      name: 'a namesake whose resource was deleted, and that was created after that',
      because:
        'the watch for late instances deletes it; adopted, it would count as what this resource created',
      input: input({
        connector: held,
        instances: [instance(9, { tags: TAGS.namesake })],
        deletedUids: [NAMESAKE_UID],
        log: { searched: true },
      }),
      action: { type: 'create' },
    },
    {
      name: 'a namesake to restore, beside one whose resource was deleted',
      because: 'only one of them is left to restore',
      input: input({
        connector: held,
        instances: [
          instance(8, { tags: TAGS.namesake }),
          instance(9, { tags: allTags({ ...OWN, uid: uidTag('restored') }, []) }),
        ],
        deletedUids: [NAMESAKE_UID],
        log: { searched: true, read: [9] },
      }),
      action: { type: 'ping', id: 9 },
    },
    {
      name: 'a namesake, its grant proven',
      because: 'the uid on it is renewed, so that it is found by it from now on',
      input: input({
        connector: held,
        instances: [instance(9, { tags: TAGS.namesake })],
        log: { searched: true, read: [9], ping: 'answered' },
      }),
      action: { type: 'patch', id: 9, patch: { tags: TAGS.own }, reason: 'Adopted' },
    },
    {
      name: 'two namesakes',
      because: 'which one is in use cannot be known, and neither may be touched',
      input: input({
        connector: held,
        instances: [instance(9, { tags: TAGS.namesake }), instance(8, { tags: TAGS.namesake })],
        log: { searched: true },
      }),
      action: blockedBy(
        'Synced',
        'AmbiguousOwner',
        'Several instances carry the owner tags of this resource: 8, 9. Delete all but one in Open Connectors.',
      ),
    },
    {
      name: 'six namesakes',
      because: 'a message names the first five',
      input: input({
        connector: held,
        instances: [1, 2, 3, 4, 5, 6].map((id) => instance(id, { tags: TAGS.namesake })),
        log: { searched: true },
      }),
      action: blockedBy('Synced', 'AmbiguousOwner', ': 1, 2, 3, 4, 5 and others. Delete all but one'),
    },
    {
      name: 'five namesakes',
      because: 'a message names all of them',
      input: input({
        connector: held,
        instances: [1, 2, 3, 4, 5].map((id) => instance(id, { tags: TAGS.namesake })),
        log: { searched: true },
      }),
      action: blockedBy('Synced', 'AmbiguousOwner', ': 1, 2, 3, 4, 5. Delete all but one'),
    },
    {
      name: 'a namesake of another connector',
      because: 'it needs a replacement, not an adoption',
      input: input({
        connector: held,
        instances: [instance(9, { tags: TAGS.namesake, element: 'infusionsoftrest' })],
        log: { searched: true },
      }),
      action: blockedBy(
        'Synced',
        'AmbiguousOwner',
        'Instance 9 carries the owner tags of this resource, but has connector "infusionsoftrest". Correct spec.connector, or delete the instance in Open Connectors.',
      ),
    },
    {
      name: 'one of our own and a namesake',
      because: 'the uid counts more than the name, and the other one is left alone',
      input: input({
        connector: held,
        instances: [instance(8, { tags: TAGS.namesake }), instance(9)],
        log: { read: [9] },
      }),
      action: { type: 'ping', id: 9 },
    },
    {
      name: 'a namesake that is in status',
      because: 'status has said before that it is ours',
      input: settledInput({ instances: [instance(ID, { tags: TAGS.namesake })] }),
      action: { type: 'patch', id: ID, patch: { tags: TAGS.own } },
    },
    {
      name: "another cluster's, in status",
      because: 'somebody took it over, and two operators must not fight',
      input: settledInput({ instances: [instance(ID, { tags: TAGS.otherCluster })] }),
      action: blockedBy(
        'Synced',
        'ForeignOwner',
        /^Instance 4711 has another owner: "cluster other, namespace team-a, resource crm"\. To take it over, set the annotation openconnectors\.dev\/take-over: "true"\.$/,
      ),
    },
    {
      name: "another resource's, taken over",
      because: 'a person has said that it should be so',
      input: settledInput({
        connector: { annotations: { takeOver: 'true' } },
        instances: [instance(ID, { tags: TAGS.otherResource })],
      }),
      action: { type: 'patch', id: ID, patch: { tags: TAGS.own }, reason: 'TakenOver' },
    },
  ]);
});

it('is adopted without a value that the API masks', () => {
  const action = decide(
    input({
      connector: importing({ metadata: HELD }),
      instances: [instance(7, { tags: TAGS.none, name: 'team-a-crm' })],
      log: { read: [7], ping: 'answered' },
    }),
  );
  expect(action).toEqual({ type: 'patch', id: 7, reason: 'Adopted', patch: { tags: TAGS.own } });
});

describe('an instance that the resource names', () => {
  decides([
    {
      name: 'not looked at yet',
      because: "it carries no tag of ours, so that the account's list does not show it",
      input: input({ connector: importing() }),
      action: { type: 'read-instance', id: 7 },
    },
    {
      name: "nobody's, without a finalizer",
      because: 'the resource is held before anything on the instance is changed',
      input: input({
        connector: importing(),
        instances: [instance(7, { tags: TAGS.none })],
        log: { read: [7] },
      }),
      action: { type: 'add-finalizer' },
    },
    {
      name: "nobody's, held",
      because: 'it is not called Ready before it has answered',
      input: input({
        connector: importing({ metadata: HELD }),
        instances: [instance(7, { tags: [] })],
        log: { read: [7] },
      }),
      action: { type: 'ping', id: 7 },
    },
    {
      name: "nobody's, answering",
      because:
        'one call sets the tags and what differs; values that the API masks are a baseline and are not sent',
      input: input({
        connector: importing({ metadata: HELD }),
        instances: [instance(7, { tags: TAGS.none, name: 'old name' })],
        log: { read: [7], ping: 'answered' },
      }),
      action: {
        type: 'patch',
        id: 7,
        reason: 'Adopted',
        patch: { name: 'team-a-crm', tags: TAGS.own },
      },
    },
    {
      name: "nobody's, with driftPolicy Report",
      because: 'before it is adopted nothing on it can be drift',
      input: input({
        connector: connector({
          metadata: HELD,
          spec: { instance: { importId: 7 }, driftPolicy: 'Report' },
          status: { observedGeneration: 1 },
        }),
        instances: [instance(7, { tags: [] })],
        log: { read: [7], ping: 'answered' },
      }),
      action: { type: 'patch', reason: 'Adopted' },
    },
    {
      name: "another resource's",
      because: 'an id in a spec is no right to it',
      input: input({ connector: importing(), instances: [instance(7, { tags: TAGS.otherResource })] }),
      action: blockedBy('Synced', 'ForeignOwner', 'Instance 7'),
    },
    {
      name: "another resource's, taken over",
      because: 'a person has said that it should be so; the resource is held first',
      input: input({
        connector: connector({ annotations: { takeOver: 'true' }, spec: { instance: { importId: 7 } } }),
        instances: [instance(7, { tags: TAGS.otherResource })],
        log: { read: [7] },
      }),
      action: { type: 'add-finalizer' },
    },
    {
      name: 'take-over: yes',
      because: 'only "true" takes over',
      input: input({
        connector: connector({ annotations: { takeOver: 'yes' }, spec: { instance: { importId: 7 } } }),
        instances: [instance(7, { tags: TAGS.otherResource })],
      }),
      action: blockedBy('Synced', 'ForeignOwner', 'Instance 7'),
    },
    {
      name: 'of another connector',
      because: 'an instance cannot be made into one of another connector',
      input: input({
        connector: importing({ metadata: HELD }),
        instances: [instance(7, { tags: [], element: 'salesforce' })],
      }),
      action: blockedBy(
        'Synced',
        'ConnectorMismatch',
        'Instance 7 (spec.instance.importId) has connector "salesforce", not "infusionsoftcrm". Correct spec.connector, or import another instance.',
      ),
    },
    {
      name: "nobody's, claimed by an older resource too",
      because: 'the older one gets it, whichever is looked at first',
      input: input({
        connector: importing(),
        instances: [instance(7, { tags: [] })],
        claimants: ['team-b/crm'],
      }),
      action: blockedBy('Synced', 'ForeignOwner', 'older InfusionsoftConnector "team-b/crm"'),
    },
    {
      name: 'ours, claimed by an older resource too',
      because: 'the tags on it count more than the age',
      input: settledInput({ connector: { spec: { instance: { importId: ID } } }, claimants: ['team-b/crm'] }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'without tags in the answer of the list',
      because: 'whose it is cannot be told before it is read',
      input: input({
        connector: importing({ metadata: HELD }),
        instances: [instance(7, { tags: undefined })],
      }),
      action: { type: 'read-instance', id: 7 },
    },
    {
      name: 'without tags in the answer of a read',
      because: 'nothing is touched without knowing whose it is, and it is not read again and again',
      input: input({
        connector: importing({ metadata: HELD }),
        instances: [instance(7, { tags: undefined })],
        log: { read: [7] },
      }),
      action: blockedBy(
        'Synced',
        'UnexpectedAnswer',
        'Open Connectors returned instance 7 without its tags or its token. Grant the user of the account access to the whole instance.',
        { kind: 'backoff' },
      ),
    },
    {
      name: 'not-found',
      because: 'the operator cannot make an instance of that id',
      input: input({ connector: importing(), gone: [7] }),
      action: blockedBy(
        'Synced',
        'InstanceMissing',
        'Instance 7 (spec.instance.importId) not found in Open Connectors. Create the resource again with another importId or none.',
      ),
    },
    {
      name: 'gone after it was adopted',
      because: 'the same, whatever missingPolicy says',
      input: input({
        connector: settledConnector({ spec: { instance: { importId: ID }, missingPolicy: 'Recreate' } }),
        secrets: UNREAD,
        gone: [ID],
      }),
      action: blockedBy(
        'Synced',
        'InstanceMissing',
        'Instance 4711 (spec.instance.importId) not found in Open Connectors. Create the resource again with another importId or none.',
      ),
    },
  ]);
});

describe('an instance that is gone', () => {
  decides([
    {
      name: 'in status, not in the list',
      because: 'absence from a list is never proof',
      input: settledInput({ instances: [] }),
      action: { type: 'read-instance', id: ID },
    },
    {
      name: 'proven, to be made again',
      because: 'the lasting values are read for a new one',
      input: settledInput({ instances: [], gone: [ID] }),
      action: { type: 'read-secret', name: 'crm-oauth' },
    },
    {
      name: 'proven, with missingPolicy Report',
      because: 'a person decides what to do',
      input: settledInput({
        connector: { spec: { missingPolicy: 'Report' } },
        instances: [],
        gone: [ID],
      }),
      action: blockedBy(
        'Synced',
        'InstanceMissing',
        'Instance 4711 not found in Open Connectors. Set spec.missingPolicy to "Recreate" to create a new one.',
      ),
    },
    {
      name: 'proven, with another of our own',
      because: 'it was made in its place before a crash',
      input: settledInput({ instances: [instance(9)], gone: [ID], log: { read: [9], ping: 'answered' } }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
  ]);
});
