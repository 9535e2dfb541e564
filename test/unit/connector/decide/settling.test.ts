import { describe, expect } from 'vitest';

import { nextPingAt } from '../../../../src/connector/decide/authorization/ping-time.ts';
import { condition, connector, readyStatus } from '../../../support/builders/connector.ts';
import { ID, input, SETTINGS, type SettledChange, settledInput } from '../../../support/builders/input.ts';
import { instance, TAGS } from '../../../support/builders/instance.ts';
import { secretRead, VALUES } from '../../../support/builders/secrets.ts';
import { MINUTE, NOW, second } from '../../../support/builders/time.ts';
import { blockedBy, decides, ends } from './table.ts';

const unproven = readyStatus(ID, {
  conditions: [condition('Authorized', 'False', 'AuthorizationRequired')],
});
const DAY = 24 * 60 * MINUTE;
const report = { spec: { driftPolicy: 'Report' } } as const;
const edited = { metadata: { generation: 2 } } as const;
const rotated = {
  'crm-oauth': secretRead({ client_id: VALUES.clientId, client_secret: 'rotated' }, { resourceVersion: '2' }),
};
const ready = ends({
  kind: 'ready',
  reason: 'Succeeded',
  message: 'Instance 4711 is authorized and up to date.',
});

describe('the grant', () => {
  decides([
    {
      name: 'proven before',
      because: 'an unchanged reconcile makes no call',
      input: settledInput(),
      action: ready,
    },
    {
      name: 'asked to look by reconcile-at',
      because: 'a person who asks does not believe the inventory, and is right to',
      input: settledInput({ connector: { annotations: { reconcileAt: 'now' } } }),
      action: { type: 'read-instance', id: ID },
    },
    {
      name: 'asked to look by reconcile-at, and looked',
      because: 'one request is one look',
      input: settledInput({ connector: { annotations: { reconcileAt: 'now' } }, log: { read: [ID] } }),
      action: ready,
    },
    {
      name: 'never proven',
      because: 'an instance is not called Ready before it has answered once',
      input: settledInput({ connector: { status: unproven } }),
      action: { type: 'ping', id: ID, token: VALUES.token },
    },
    {
      name: 'never proven, the token not shown',
      because: 'the list may leave it out; a read by id has it',
      input: settledInput({
        connector: { status: unproven },
        instances: [instance(ID, { token: undefined })],
      }),
      action: { type: 'read-instance', id: ID },
    },
    {
      name: 'answered in this reconcile',
      because: 'once is enough',
      input: settledInput({ connector: { status: unproven }, log: { ping: 'answered' } }),
      action: ready,
    },
    {
      name: 'a connector without a ping',
      because: 'what cannot be asked cannot be waited for',
      input: settledInput({ connector: { status: unproven }, log: { ping: 'unsupported' } }),
      action: ready,
    },
    {
      name: 'accepted in this reconcile',
      because: 'the instance has to answer with it',
      input: settledInput({ log: { authorized: true } }),
      action: { type: 'ping', id: ID },
    },
    {
      name: 'a new configuration in this reconcile',
      because: 'a rotated secret may have broken it',
      input: settledInput({ log: { patched: true, reconfigured: true } }),
      action: { type: 'ping', id: ID },
    },
    {
      name: 'a new name in this reconcile',
      because: 'a name breaks nothing',
      input: settledInput({ log: { patched: true } }),
      action: ready,
    },
    {
      name: 'pinged an interval ago',
      because: 'a grant can be revoked without anybody telling',
      input: settledInput({ memory: { pingedAt: NOW - SETTINGS.pingIntervalMs - 1 } }),
      action: { type: 'ping', id: ID },
    },
    {
      name: 'pinged a moment ago',
      because: 'the next one is due at the beat of this resource',
      input: settledInput({ memory: { pingedAt: NOW } }),
      action: ready,
    },
    {
      name: 'the token shown neither by the list nor by a read',
      because: 'it would not be there the second time either',
      input: settledInput({
        connector: { status: unproven },
        instances: [instance(ID, { token: undefined })],
        log: { read: [ID] },
      }),
      action: blockedBy(
        'Synced',
        'UnexpectedAnswer',
        'Open Connectors returned instance 4711 without its tags or its token. Grant the user of the account access to the whole instance.',
        {
          kind: 'backoff',
        },
      ),
    },
    {
      name: 'disabled as wished, never proven',
      because: 'a disabled instance answers nobody',
      input: settledInput({
        connector: {
          spec: { instance: { enabled: false } },
          status: readyStatus(ID, { instance: { id: ID, enabled: false }, conditions: undefined }),
        },
        instances: [instance(ID, { disabled: true })],
      }),
      action: ends({
        kind: 'ready',
        reason: 'Disabled',
        message: 'Instance 4711 is disabled (spec.instance.enabled) and up to date.',
        again: nextPingAt(settledInput()),
      }),
    },
    {
      name: 'disabled as wished, a second before its grant is about to end',
      because: 'the next reconcile is then',
      input: disabledFor(35 * DAY - 1_000),
      action: ends({ kind: 'ready', reason: 'Disabled', again: NOW + 1_000 }),
    },
    {
      name: 'disabled as wished for so long that its grant is about to end',
      because: 'ten days are left to enable it',
      input: disabledFor(35 * DAY),
      action: ends({
        kind: 'ready',
        reason: 'AuthorizationExpiring',
        message:
          'Instance 4711 is disabled, and an authorization that is not used for 45 days ends. Set spec.instance.enabled to true to keep it.',
      }),
    },
    {
      name: 'disabled as wished, in the place of one that was disabled for a long time',
      because: 'the grant of the new instance is new',
      input: disabledFor(60 * DAY, {
        gone: [ID],
        instances: [instance(9, { disabled: true })],
        log: { read: [9] },
      }),
      action: ends({ kind: 'ready', reason: 'Disabled' }),
    },
    {
      name: 'enabled again after a long time',
      because: 'the grant is used again',
      input: settledInput({
        connector: {
          status: readyStatus(ID, {
            instance: { id: ID, enabled: true, disabledAt: second(-60 * DAY) },
          }),
        },
      }),
      action: ends({ kind: 'ready', reason: 'Succeeded' }),
    },
  ]);
});

/** A connector whose instance has been disabled for `ms`, as its spec requires. */
function disabledFor(ms: number, change: Omit<SettledChange, 'connector'> = {}) {
  return settledInput({
    connector: {
      spec: { instance: { enabled: false } },
      status: readyStatus(ID, { instance: { id: ID, enabled: false, disabledAt: second(-ms) } }),
    },
    instances: [instance(ID, { disabled: true })],
    ...change,
  });
}

describe('what differs', () => {
  decides([
    {
      name: 'the name',
      because: 'the smallest call corrects it',
      input: settledInput({ instances: [instance(ID, { name: 'renamed' })] }),
      action: { type: 'patch', id: ID, patch: { name: 'team-a-crm' }, reason: 'DriftCorrected' },
    },
    {
      name: 'the name, as the remote side cleans it',
      because: 'HTML that the remote side removed is no drift',
      input: settledInput({
        connector: { spec: { instance: { name: 'a b' } } },
        instances: [instance(ID, { name: 'a b' })],
      }),
      action: ready,
    },
    {
      name: 'no name in the answer',
      because: 'what an answer leaves out is unknown, not empty',
      input: settledInput({ instances: [instance(ID, { name: '' })] }),
      action: ready,
    },
    {
      name: 'a tag missing',
      because: 'tags are replaced whole, so that all of them are sent',
      input: settledInput({ instances: [instance(ID, { tags: TAGS.own.slice(0, 4) })] }),
      action: { type: 'patch', patch: { tags: TAGS.own } },
    },
    {
      name: 'a tag too many',
      because: 'what the resource does not name does not stay',
      input: settledInput({ instances: [instance(ID, { tags: [...TAGS.own, 'extra'] })] }),
      action: { type: 'patch', patch: { tags: TAGS.own } },
    },
    {
      name: 'the tags in another order',
      because: 'tags are a set',
      input: settledInput({ instances: [instance(ID, { tags: [...TAGS.own].reverse() })] }),
      action: ready,
    },
    {
      name: 'a value that is shown',
      because: 'only that key is sent: the configuration merges',
      input: settledInput({
        instances: [
          instance(ID, {
            configuration: { ...instance(ID).configuration, 'infusionsoft.server': 'other.infusionsoft.com' },
          }),
        ],
      }),
      action: {
        type: 'patch',
        patch: { configuration: { 'infusionsoft.server': 'dt123.infusionsoft.com' } },
      },
    },
    {
      name: 'a value that is masked',
      because: 'a mask is neither equal nor different, and is never sent back',
      input: settledInput({
        instances: [
          instance(ID, {
            configuration: { ...instance(ID).configuration, 'oauth.callback.url': '********' },
          }),
        ],
      }),
      action: ready,
    },
    {
      name: 'a value that is not shown, after an edit',
      because: 'the API may never show it, so that an edit is the moment to send it',
      input: settledInput({
        connector: edited,
        instances: [instance(ID, { configuration: undefined })],
      }),
      action: {
        type: 'patch',
        patch: {
          configuration: {
            'infusionsoft.server': 'dt123.infusionsoft.com',
            'oauth.callback.url': 'https://connect.example.com/oauth/callback',
          },
        },
      },
    },
    {
      name: 'a value that is not shown, without an edit',
      because: 'else every reconcile would send it again',
      input: settledInput({ instances: [instance(ID, { configuration: undefined })] }),
      action: ready,
    },
    {
      name: 'a rotated client secret',
      because: 'our own fingerprint knows what the mask hides',
      input: settledInput({ secrets: rotated }),
      action: {
        type: 'patch',
        patch: { configuration: { 'oauth.api.secret': 'rotated' } },
        reason: 'Updated',
      },
    },
    {
      name: 'a rotated encrypted key',
      because: 'the same',
      input: settledInput({
        secrets: { 'crm-key': secretRead({ encryptedKey: 'new-key' }, { resourceVersion: '2' }) },
      }),
      action: { type: 'patch', patch: { configuration: { 'infusionsoft.private.key': 'new-key' } } },
    },
    {
      name: 'patched in this reconcile, and still different',
      because: 'a remote side that ignores a patch is not asked again and again',
      input: settledInput({
        instances: [instance(ID, { name: 'renamed' })],
        log: { patched: true, ping: 'answered' },
      }),
      action: blockedBy(
        'Synced',
        'RemoteError',
        'Instance 4711 still has the old value after an update: name. Wait for the next attempt.',
        'any',
      ),
    },
    {
      name: 'authorized in this reconcile',
      because: 'the grant carried the whole body',
      input: settledInput({
        secrets: rotated,
        log: { authorized: true, ping: 'answered' },
      }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
  ]);
});

describe('ignoreDrift', () => {
  const left = { spec: { ignoreDrift: ['name', 'configuration.infusionsoft.server'] } };
  const changed = instance(ID, {
    name: 'renamed',
    configuration: { ...instance(ID).configuration, 'infusionsoft.server': 'x.infusionsoft.com' },
  });
  decides([
    {
      name: 'a change of ignored fields by another client',
      because: 'the spec leaves them to others',
      input: settledInput({ connector: left, instances: [changed] }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'the same under driftPolicy Report',
      because: 'it is no drift',
      input: settledInput({
        connector: { spec: { ...left.spec, ...report.spec } },
        instances: [changed],
      }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'a change of another field',
      because: 'only the fields that the spec names are left to others',
      input: settledInput({ connector: left, instances: [{ ...changed, tags: [] }] }),
      action: { type: 'patch', patch: { tags: expect.any(Array) }, reason: 'DriftCorrected' },
    },
    {
      name: 'a new instance',
      because: 'its fields are set once',
      input: input({ connector: connector({ spec: left.spec }) }),
      action: { type: 'create', body: { name: 'team-a-crm' } },
    },
  ]);
});

describe('driftPolicy Report', () => {
  decides([
    {
      name: 'a change by somebody else',
      because: 'it is named by field, never by value, and left so',
      input: settledInput({
        connector: report,
        instances: [
          instance(ID, {
            name: 'renamed',
            tags: [],
            configuration: { ...instance(ID).configuration, 'infusionsoft.server': 'x.infusionsoft.com' },
          }),
        ],
      }),
      action: blockedBy(
        'Synced',
        'DriftDetected',
        'Drift on instance 4711: name, tags, configuration "infusionsoft.server". Set spec.driftPolicy to "Correct" to revert it.',
      ),
    },
    {
      name: 'an edit of the resource',
      because: 'a wish of the user is no drift',
      input: settledInput({
        connector: { ...report, ...edited },
        instances: [instance(ID, { name: 'renamed' })],
      }),
      action: { type: 'patch', patch: { name: 'team-a-crm' } },
    },
    {
      name: 'a rotated Secret',
      because: 'that is a wish of the user, too',
      input: settledInput({ connector: report, secrets: rotated }),
      action: { type: 'patch', patch: { configuration: { 'oauth.api.secret': 'rotated' } } },
    },
    {
      name: 'nothing',
      because: 'an equal instance is Ready under any policy',
      input: settledInput({ connector: report }),
      action: ready,
    },
  ]);
});

describe('enabling', () => {
  const disabled = [instance(ID, { disabled: true })];
  const wasDisabled = readyStatus(ID, { instance: { id: ID, enabled: false } });
  decides([
    {
      name: 'to be disabled',
      because: 'the person wants it to rest',
      input: settledInput({ connector: { ...edited, spec: { instance: { enabled: false } } } }),
      action: { type: 'record-disabling' },
    },
    {
      name: 'to be disabled, and recorded so',
      because: 'whatever happens to the answer, the next reconcile can tell who disabled it',
      input: settledInput({
        connector: { ...edited, spec: { instance: { enabled: false } }, status: wasDisabled },
      }),
      action: { type: 'enable', id: ID, enabled: false },
    },
    {
      name: 'to be enabled again, and listed as if it were',
      because: 'the listing may be older than the call that disabled it',
      input: settledInput({ connector: { status: wasDisabled } }),
      action: { type: 'read-instance', id: ID },
    },
    {
      name: 'to be enabled again, and read as enabled',
      because: 'the read by id is the present state',
      input: settledInput({ connector: { status: wasDisabled }, log: { read: [ID] } }),
      action: ready,
    },
    {
      name: 'enabled in this reconcile',
      because: 'the instance has to answer once before it counts as Ready',
      input: settledInput({ connector: { status: wasDisabled }, log: { enabledSet: true } }),
      action: { type: 'ping', id: ID },
    },
    {
      name: 'disabled again by Open Connectors right after it was enabled',
      because: 'enabling it in a loop would not make its authorization work',
      input: settledInput({
        connector: { status: wasDisabled },
        instances: disabled,
        log: { enabledSet: true, ping: 'forbidden', read: [ID] },
      }),
      action: { type: 'verify-account', id: ID },
    },
    {
      name: 'disabled by Open Connectors, as a listing shows',
      because: 'a listing alone is no proof of a revocation',
      input: settledInput({ instances: disabled }),
      action: { type: 'read-instance', id: ID },
    },
    {
      name: 'to be enabled again',
      because: 'it was disabled because the resource said so',
      input: settledInput({ connector: { status: wasDisabled }, instances: disabled }),
      action: { type: 'enable', id: ID, enabled: true },
    },
    {
      name: 'set in this reconcile, and not shown',
      because: 'once in a reconcile is enough',
      input: settledInput({
        connector: { status: wasDisabled },
        instances: disabled,
        log: { enabledSet: true },
      }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'unknown',
      because: 'an answer that does not tell is no reason to act',
      input: settledInput({ instances: [instance(ID, { disabled: undefined })] }),
      action: ready,
    },
    {
      name: 'disabled right after it was authorized',
      because: 'the platform left it so from before; the new grant is the reason to enable it',
      input: settledInput({ instances: disabled, log: { authorized: true, ping: undefined } }),
      action: { type: 'enable', id: ID, enabled: true },
    },
  ]);
});
