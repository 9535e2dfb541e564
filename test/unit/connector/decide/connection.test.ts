import { describe } from 'vitest';
import type { ConnectorStatus } from '../../../../src/api/connector.ts';
import type { ConnectorInput } from '../../../../src/connector/input.ts';
import { canonicalContent, connectionData } from '../../../../src/connector/observe/connection-content.ts';
import { gather } from '../../../../src/connector/observe/gather.ts';
import { createFingerprinter } from '../../../../src/secrets/fingerprint.ts';
import { readyStatus, UID } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { ID, input, READY_ACCOUNT, settledInput } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import {
  OWN_METADATA,
  secretAbsent,
  secretRead,
  secretUnread,
  VALUES,
} from '../../../support/builders/secrets.ts';
import { blockedBy, decides, ends } from './table.ts';

const ready = ends({
  kind: 'ready',
  reason: 'Succeeded',
  message: 'Instance 4711 is authorized and up to date.',
});

/** A settled connector with `binding` in status, in a process that has not seen it before. */
function afterRestart(binding: NonNullable<ConnectorStatus['binding']>): ConnectorInput {
  const settled = settledInput();
  const status = { ...settled.connector.status, binding };
  const observation = {
    ...settled,
    connector: { ...settled.connector, status },
    memory: { ...settled.memory, connection: undefined },
  };
  return gather(observation, printOf);
}

describe('the connection Secret', () => {
  const ours = { owners: [UID] } as const;
  const renamed = readyStatus(ID, { binding: { name: 'old' } });
  const data = {
    type: 'open-connectors',
    provider: 'sap',
    uri: 'https://api.openconnectors.us2.ext.hana.ondemand.com/elements/api-v2',
    host: 'api.openconnectors.us2.ext.hana.ondemand.com',
    element: 'infusionsoftcrm',
    'element-token': VALUES.token,
  };
  decides([
    {
      name: 'absent',
      because: 'it is written before Ready',
      input: settledInput({ secrets: { 'crm-connection': secretAbsent } }),
      action: { type: 'write-connection-secret', name: 'crm-connection', exists: false, data },
    },
    {
      name: 'left behind by a former self of the resource',
      because: 'a restored backup, or a resource deleted with Orphan, takes its Secret back',
      input: settledInput({ secrets: { 'crm-connection': secretUnread({ leftBy: 'crm' }) } }),
      action: { type: 'write-connection-secret', name: 'crm-connection', exists: true, data },
    },
    {
      name: 'left behind by another resource',
      because: 'it is not managed by this one',
      input: settledInput({ secrets: { 'crm-connection': secretUnread({ leftBy: 'other' }) } }),
      action: blockedBy('Ready', 'ConnectionSecretConflict', 'is not managed by this resource'),
    },
    {
      name: 'of another name',
      because: 'the resource may choose it',
      input: settledInput({ connector: { spec: { connectionSecretRef: { name: 'binding' } } } }),
      action: { type: 'write-connection-secret', name: 'binding', exists: false },
    },
    {
      name: "with the account's credentials",
      because: 'only when the resource asks for them',
      input: settledInput({
        connector: { spec: { includeAccountCredentials: true } },
        secrets: { 'crm-connection': secretAbsent },
      }),
      action: {
        type: 'write-connection-secret',
        data: {
          ...data,
          'user-secret': VALUES.userSecret,
          'organization-secret': VALUES.organizationSecret,
        },
      },
    },
    {
      name: "somebody else's",
      because: 'what the operator did not make it does not overwrite',
      input: settledInput({ secrets: { 'crm-connection': secretUnread({ owners: ['another'] }) } }),
      action: blockedBy(
        'Ready',
        'ConnectionSecretConflict',
        'Secret "crm-connection" exists and is not managed by this resource. Delete it, or set another name in spec.connectionSecretRef.',
      ),
    },
    {
      name: "nobody's, read",
      because: 'equal content does not make it ours',
      input: settledInput({ secrets: { 'crm-connection': secretRead(data) } }),
      action: blockedBy('Ready', 'ConnectionSecretConflict', 'crm-connection'),
    },
    {
      name: 'ours, of a version that was not seen before',
      because: 'somebody may have edited it; a read tells',
      input: settledInput({
        secrets: { 'crm-connection': secretUnread({ ...ours, resourceVersion: '2' }) },
      }),
      action: { type: 'read-secret', name: 'crm-connection' },
    },
    {
      name: 'ours, after a restart',
      because: 'status records the version and its content',
      input: settledInput({ memory: { connection: undefined } }),
      action: ready,
    },
    {
      name: 'ours, after a restart, of a version that status does not record',
      because: 'another client may have edited it meanwhile',
      input: settledInput({
        memory: { connection: undefined },
        secrets: { 'crm-connection': secretUnread({ ...ours, resourceVersion: '2' }) },
      }),
      action: { type: 'read-secret', name: 'crm-connection' },
    },
    {
      name: 'ours, after a restart, with a status of an earlier version of the operator',
      because: 'a name alone says nothing about the content',
      input: afterRestart({ name: 'crm-connection' }),
      action: { type: 'read-secret', name: 'crm-connection' },
    },
    {
      name: 'ours, after a restart, with a record of a Secret of another name',
      because: 'the record is about the other Secret',
      input: afterRestart({ name: 'old', resourceVersion: '1', fingerprint: printOf('old') }),
      action: { type: 'read-secret', name: 'crm-connection' },
    },
    {
      name: 'ours, after a restart, with a fingerprint of a lost key',
      because: 'hashes of different keys cannot be compared, and nobody changed the Secret',
      input: afterRestart({
        name: 'crm-connection',
        resourceVersion: '1',
        fingerprint: createFingerprinter(Buffer.alloc(32, 8)).of('any'),
      }),
      action: { type: 'read-secret', name: 'crm-connection' },
    },
    {
      name: 'ours, after a restart, with other content on record',
      because: 'applications would fail with it',
      input: afterRestart({
        name: 'crm-connection',
        resourceVersion: '1',
        fingerprint: printOf('another content'),
      }),
      action: { type: 'write-connection-secret', name: 'crm-connection', exists: true, data },
    },
    {
      name: 'ours, with other content',
      because: 'applications would fail with it',
      input: settledInput({
        memory: {
          connection: {
            resourceVersion: '1',
            content: printOf(canonicalContent({ edited: 'x' }, OWN_METADATA)),
          },
        },
      }),
      action: { type: 'write-connection-secret', name: 'crm-connection', exists: true, data },
    },
    {
      name: 'ours, with the keys in another order',
      because: 'an object has no order',
      input: settledInput({
        memory: {
          connection: {
            resourceVersion: '1',
            content: printOf(
              canonicalContent(
                Object.fromEntries(
                  Object.entries(
                    connectionData(READY_ACCOUNT, input().connector.spec, {
                      token: VALUES.token,
                      connector: 'infusionsoftcrm',
                    }),
                  ).reverse(),
                ),
                OWN_METADATA,
              ),
            ),
          },
        },
      }),
      action: ready,
    },
    {
      name: 'renamed, the old one still there',
      because: 'the old one goes once the new one holds everything',
      input: settledInput({
        connector: { spec: { connectionSecretRef: { name: 'crm-connection' } }, status: renamed },
        secrets: { old: secretUnread(ours) },
      }),
      action: { type: 'delete-connection-secret', name: 'old' },
    },
    {
      name: "renamed, the old name somebody else's by now",
      because: 'only what the operator made it deletes',
      input: settledInput({
        connector: { status: renamed },
        secrets: { old: secretUnread({ owners: ['another'] }) },
      }),
      action: ready,
    },
    {
      name: 'renamed, the old one gone',
      because: 'there is nothing left to remove',
      input: settledInput({ connector: { status: renamed }, secrets: { old: secretAbsent } }),
      action: ready,
    },
    {
      name: 'a new token',
      because: 'the remote side may renew it, and applications follow',
      input: settledInput({ instances: [instance(ID, { token: 'token-2' })] }),
      action: {
        type: 'write-connection-secret',
        exists: true,
        data: { ...data, 'element-token': 'token-2' },
      },
    },
    {
      name: 'the token not shown',
      because: 'a Secret without a token is of no use to anyone',
      input: settledInput({ instances: [instance(ID, { token: undefined })] }),
      action: { type: 'read-instance', id: ID },
    },
  ]);
});
