import { describe, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';

export function creationSuite(client: () => Client): void {
  const secrets = async (): Promise<string> => `/api/v1/namespaces/${await client().namespace()}/secrets`;

  test('a new object gets the metadata of the server', async () => {
    const path = await secrets();
    const { status, body } = await client().post(path, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'a',
        uid: 'mine',
        creationTimestamp: '2020-01-01T00:00:00Z',
        deletionTimestamp: '2020-01-01T00:00:00Z',
        labels: {},
      },
    });
    expect(status).toBe(201);
    expect(body['metadata']).toMatchObject({
      name: 'a',
      uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      resourceVersion: expect.stringMatching(/^\d+$/),
      creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    for (const field of ['deletionTimestamp', 'labels']) {
      expect(body['metadata']).not.toHaveProperty(field);
    }
    expect(body['metadata']?.['creationTimestamp']).not.toBe('2020-01-01T00:00:00Z');
  });

  test('a taken name is 409 AlreadyExists', async () => {
    const path = await secrets();
    await client().post(path, { metadata: { name: 'a' } });
    expect(await client().post(path, { metadata: { name: 'a' } })).toMatchObject({
      status: 409,
      body: {
        reason: 'AlreadyExists',
        message: 'secrets "a" already exists',
        details: { name: 'a', kind: 'secrets' },
        code: 409,
      },
    });
  });

  test('generateName adds five characters', async () => {
    const { body } = await client().post(await secrets(), { metadata: { generateName: 'gen-' } });
    expect(body['metadata']?.['name']).toMatch(/^gen-[a-z0-9]{5}$/);
  });

  test('a missing namespace is 404', async () => {
    expect(
      await client().post('/api/v1/namespaces/nowhere/secrets', { metadata: { name: 'a' } }),
    ).toMatchObject({
      status: 404,
      body: { message: 'namespaces "nowhere" not found', details: { name: 'nowhere', kind: 'namespaces' } },
    });
  });

  test('another namespace in the body than in the path is 400', async () => {
    const metadata = { name: 'a', namespace: 'other' };
    expect(await client().post(await secrets(), { metadata })).toMatchObject({
      status: 400,
      body: {
        reason: 'BadRequest',
        message: 'the namespace of the provided object does not match the namespace sent on the request',
      },
    });
  });

  test('a dry run responds like a create and stores nothing', async () => {
    const path = await secrets();
    const { status, body } = await client().post(`${path}?dryRun=All`, { metadata: { name: 'a' } });
    expect(status).toBe(201);
    expect(body['metadata']).toHaveProperty('uid');
    expect(body['metadata']).not.toHaveProperty('resourceVersion');
    expect((await client().get(`${path}/a`)).status).toBe(404);
  });

  test('a resourceVersion may not be set', async () => {
    const metadata = { name: 'a', resourceVersion: '5' };
    expect(await client().post(await secrets(), { metadata })).toMatchObject({
      status: 500,
      body: { message: 'resourceVersion should not be set on objects to be created' },
    });
  });

  describe('422 Invalid', () => {
    const cases: readonly [string, object, string, string][] = [
      ['no name', {}, 'metadata.name', 'FieldValueRequired'],
      ['a name that is no DNS name', { name: 'A_b' }, 'metadata.name', 'FieldValueInvalid'],
      [
        'a label key with a space',
        { name: 'a', labels: { 'a b': 'c' } },
        'metadata.labels',
        'FieldValueInvalid',
      ],
      [
        'a label value with a space',
        { name: 'a', labels: { a: 'b c' } },
        'metadata.labels',
        'FieldValueInvalid',
      ],
      [
        'an unqualified finalizer',
        { name: 'a', finalizers: ['x'] },
        'metadata.finalizers[0]',
        'FieldValueInvalid',
      ],
      [
        'an owner without uid',
        { name: 'a', ownerReferences: [{ apiVersion: 'v1', kind: 'Secret', name: 'b' }] },
        'metadata.ownerReferences.uid',
        'FieldValueInvalid',
      ],
      [
        'annotations beyond 256 KiB',
        { name: 'a', annotations: { a: 'x'.repeat(262_145) } },
        'metadata.annotations',
        'FieldValueTooLong',
      ],
    ];
    test.each(cases)('%s', async (_, metadata, field, reason) => {
      const { status, body } = await client().post(await secrets(), { metadata });
      expect(status).toBe(422);
      expect(body).toMatchObject({ reason: 'Invalid', details: { kind: 'Secret' } });
      expect(body['details']?.['causes']).toContainEqual(expect.objectContaining({ field, reason }));
      expect(body['message']).toMatch(/^Secret ".*" is invalid: /);
    });
  });

  describe('unsupported bodies', () => {
    const cases: readonly [string, unknown, string, number, string][] = [
      ['an empty body', '', 'application/json', 400, 'BadRequest'],
      ['no JSON', '{bad', 'application/json', 400, 'BadRequest'],
      [
        'a kind of another type',
        { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' } },
        'application/json',
        400,
        'BadRequest',
      ],
      [
        'another version',
        { kind: 'Secret', apiVersion: 'v2', metadata: { name: 'a' } },
        'application/json',
        400,
        'BadRequest',
      ],
      [
        'a field of the wrong type',
        { metadata: { name: 'a', labels: { a: 1 } } },
        'application/json',
        400,
        'BadRequest',
      ],
      ['an unknown media type', '{}', 'text/plain', 415, 'UnsupportedMediaType'],
    ];
    test.each(cases)('%s', async (_, body, contentType, status, reason) => {
      expect(await client().post(await secrets(), body, { contentType })).toMatchObject({
        status,
        body: { kind: 'Status', reason, code: status },
      });
    });
  });

  test('YAML is supported', async () => {
    const yaml = 'metadata:\n  name: a\nstringData:\n  k: v\n';
    const { status, body } = await client().post(await secrets(), yaml, { contentType: 'application/yaml' });
    expect({ status, data: body['data'] }).toEqual({ status: 201, data: { k: 'dg==' } });
  });
}
