import { expect, test } from 'vitest';
import { MessageWriter } from '../src/protobuf/writer.ts';
import { servers } from './support/server.ts';

/** Go clients, kubectl among them, write built-in types in protobuf. */
const start = servers();
const contentType = 'application/vnd.kubernetes.protobuf';

function envelope(kind: string, object: MessageWriter, apiVersion = 'v1'): Buffer {
  const typeMeta = new MessageWriter().text(1, apiVersion).text(2, kind);
  const unknown = new MessageWriter().message(1, typeMeta).message(2, object);
  return Buffer.concat([Buffer.from('k8s\0'), unknown.finish()]);
}

function entry(key: string, value: string): MessageWriter {
  return new MessageWriter().text(1, key).text(2, value);
}

test('a Secret', async () => {
  const { client } = await start();
  const metadata = new MessageWriter()
    .text(1, 'a')
    .message(8, new MessageWriter()) // The creation time, not set.
    .message(11, entry('x', '1'))
    .message(11, entry('y', '2'))
    .text(14, 'example.com/x');
  const secret = new MessageWriter()
    .message(1, metadata)
    .message(2, entry('k', 'v'))
    .text(3, 'example.com/type')
    .message(4, entry('s', 'w'))
    .flag(5, true);
  const path = '/api/v1/namespaces/default/secrets';
  const { status, body } = await client.post(path, envelope('Secret', secret), { contentType });
  expect(status).toBe(201);
  expect(body).toMatchObject({
    metadata: { name: 'a', labels: { x: '1', y: '2' }, finalizers: ['example.com/x'] },
    data: { k: 'dg==', s: 'dw==' },
    type: 'example.com/type',
    immutable: true,
  });
});

test('a Lease, with times set and not set', async () => {
  const { client } = await start();
  const renewTime = new MessageWriter().number(1, 1_767_225_600).number(2, 123_456_000);
  const spec = new MessageWriter()
    .text(1, 'me')
    .number(2, 15)
    .message(3, new MessageWriter())
    .message(4, renewTime);
  const lease = new MessageWriter().message(1, new MessageWriter().text(1, 'a')).message(2, spec);
  const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
  const body = envelope('Lease', lease, 'coordination.k8s.io/v1');
  const reply = await client.post(path, body, { contentType });
  expect({ status: reply.status, spec: reply.body['spec'] }).toEqual({
    status: 201,
    spec: { holderIdentity: 'me', leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.123456Z' },
  });
});

test('DeleteOptions', async () => {
  const { client } = await start();
  const path = '/api/v1/namespaces/default/secrets';
  const { body } = await client.post(path, { metadata: { name: 'a' } });
  const options = (uid: string) =>
    envelope('DeleteOptions', new MessageWriter().message(2, new MessageWriter().text(1, uid)));
  const refused = await client.delete(`${path}/a`, options('another'), { contentType });
  expect(refused.status).toBe(409);
  const removed = await client.delete(`${path}/a`, options(`${body['metadata']?.['uid']}`), { contentType });
  expect(removed.status).toBe(200);
});

test('an invalid body is 400', async () => {
  const { client } = await start();
  const path = '/api/v1/namespaces/default/secrets';
  for (const body of [Buffer.from('nothing'), Buffer.from('k8s\0\x0a\x7f')]) {
    expect((await client.post(path, body, { contentType })).status).toBe(400);
  }
});

test('a type without a protobuf form is 415', async () => {
  const { client } = await start();
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const body = envelope('CustomResourceDefinition', new MessageWriter());
  expect((await client.post(path, body, { contentType })).status).toBe(415);
});
