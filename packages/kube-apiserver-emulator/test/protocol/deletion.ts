import { expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { widget, widgetsPath } from '../support/widgets.ts';

export function deletionSuite(client: () => Client): void {
  test('an object without finalizers is deleted immediately, with a Status as response', async () => {
    const collection = widgetsPath(await client().namespace());
    const created = await client().post(collection, widget('a'));
    const { status, body } = await client().delete(`${collection}/a`);
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: {
          name: 'a',
          group: 'example.com',
          kind: 'widgets',
          uid: created.body['metadata']?.['uid'],
        },
      },
    });
    expect((await client().get(`${collection}/a`)).status).toBe(404);
    expect((await client().delete(`${collection}/a`)).status).toBe(404);
  });

  test('a finalizer delays the deletion: deletionTimestamp, grace period 0, generation one higher', async () => {
    const collection = widgetsPath(await client().namespace());
    await client().post(collection, widget('a', { size: 1 }, { finalizers: ['example.com/x'] }));
    const first = await client().delete(`${collection}/a`);
    expect(first).toMatchObject({
      status: 200,
      body: {
        kind: 'Widget',
        metadata: {
          name: 'a',
          generation: 2,
          deletionGracePeriodSeconds: 0,
          deletionTimestamp: expect.any(String),
          finalizers: ['example.com/x'],
        },
      },
    });
    const second = await client().delete(`${collection}/a`);
    expect(second.body['metadata']?.['resourceVersion']).toBe(first.body['metadata']?.['resourceVersion']);
  });

  test('removing the last finalizer deletes the object', async () => {
    const collection = widgetsPath(await client().namespace());
    await client().post(collection, widget('a', { size: 1 }, { finalizers: ['example.com/x'] }));
    await client().delete(`${collection}/a`);
    const { status, body } = await client().mergePatch(`${collection}/a`, { metadata: { finalizers: null } });
    expect(status).toBe(200);
    expect(body['metadata']).not.toHaveProperty('finalizers');
    expect((await client().get(`${collection}/a`)).status).toBe(404);
  });

  test('preconditions that do not hold are 409', async () => {
    const collection = widgetsPath(await client().namespace());
    const { body } = await client().post(collection, widget('a'));
    const byUid = await client().delete(`${collection}/a`, { preconditions: { uid: 'other' } });
    expect(byUid).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
    expect(byUid.body['message']).toContain(
      'the UID in the precondition (other) does not match the UID in record',
    );
    const byVersion = await client().delete(`${collection}/a`, { preconditions: { resourceVersion: '1' } });
    expect(byVersion).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
    const uid = body['metadata']?.['uid'];
    expect((await client().delete(`${collection}/a`, { preconditions: { uid } })).status).toBe(200);
  });

  test('an unknown propagation policy is 422', async () => {
    const collection = widgetsPath(await client().namespace());
    await client().post(collection, widget('a'));
    const { status, body } = await client().delete(`${collection}/a`, { propagationPolicy: 'Sometimes' });
    expect({ status, reason: body['reason'] }).toEqual({ status: 422, reason: 'Invalid' });
    expect(body['details']?.['causes']).toContainEqual(
      expect.objectContaining({ field: 'propagationPolicy', reason: 'FieldValueNotSupported' }),
    );
  });

  test.each([
    ['Foreground', ['foregroundDeletion']],
    ['Orphan', ['orphan']],
  ])(
    '%s propagation waits for the garbage collector by a finalizer',
    async (propagationPolicy, finalizers) => {
      const collection = `/api/v1/namespaces/${await client().namespace()}/configmaps`;
      await client().post(collection, { metadata: { name: 'a' } });
      const { body } = await client().delete(`${collection}/a`, { propagationPolicy });
      expect(body['metadata']?.['finalizers']).toEqual(finalizers);
    },
  );

  test('a dry run deletes nothing', async () => {
    const collection = widgetsPath(await client().namespace());
    await client().post(collection, widget('a'));
    expect((await client().delete(`${collection}/a?dryRun=All`)).status).toBe(200);
    expect((await client().get(`${collection}/a`)).status).toBe(200);
  });

  test('a collection is deleted by selector and returned', async () => {
    const collection = widgetsPath(await client().namespace());
    for (const [name, group] of [
      ['a', 'x'],
      ['b', 'x'],
      ['c', 'y'],
    ]) {
      await client().post(collection, widget(`${name}`, { size: 1 }, { labels: { group } }));
    }
    const { status, body } = await client().delete(`${collection}?labelSelector=group%3Dx`);
    expect({ status, kind: body['kind'] }).toEqual({ status: 200, kind: 'WidgetList' });
    expect(names(body)).toEqual(['a', 'b']);
    expect(names((await client().get(collection)).body)).toEqual(['c']);
  });

  test('a namespace is Terminating first, and refuses new objects', async () => {
    const namespace = await client().namespace();
    // Holds the namespace on servers that would empty it at once.
    await client().post(`/api/v1/namespaces/${namespace}/configmaps`, {
      metadata: { name: 'held', finalizers: ['example.com/x'] },
    });
    const { status, body } = await client().delete(`/api/v1/namespaces/${namespace}`);
    expect({ status, phase: body['status']?.['phase'] }).toEqual({
      status: 200,
      phase: 'Terminating',
    });
    await expect
      .poll(async () => client().post(`/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: 'a' } }))
      .toMatchObject({
        status: 403,
        body: {
          reason: 'Forbidden',
          message: `secrets "a" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
          details: {
            name: 'a',
            kind: 'secrets',
            causes: [
              {
                reason: 'NamespaceTerminating',
                message: `namespace ${namespace} is being terminated`,
                field: 'metadata.namespace',
              },
            ],
          },
        },
      });
  });

  test('system namespaces cannot be deleted', async () => {
    expect(await client().delete('/api/v1/namespaces/kube-system')).toMatchObject({
      status: 403,
      body: { message: 'namespaces "kube-system" is forbidden: this namespace may not be deleted' },
    });
  });
}

function names(list: { readonly [field: string]: unknown }): string[] {
  const items = list['items'] as { metadata: { name: string } }[];
  return items.map(({ metadata }) => metadata.name);
}
