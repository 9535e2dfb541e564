import { describe, expect, test } from 'vitest';
import { type Client, elements, type Json } from '../support/client.ts';

export function eventSuite(client: () => Client): void {
  const core = (namespace: string): string => `/api/v1/namespaces/${namespace}/events`;
  const newer = (namespace: string): string => `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
  const event = (namespace: string, change: object = {}) => ({
    metadata: { name: 'e' },
    eventTime: '2026-01-01T00:00:00.000001Z',
    reportingController: 'example.com/controller',
    reportingInstance: 'controller-0',
    action: 'Reconcile',
    reason: 'Failed',
    type: 'Warning',
    note: 'it failed',
    regarding: { apiVersion: 'example.com/v1', kind: 'Widget', namespace, name: 'a', uid: 'u' },
    ...change,
  });

  test('an event of the newer group is readable in the core group', async () => {
    const namespace = await client().namespace();
    const { status, body } = await client().post(newer(namespace), event(namespace));
    expect(status).toBe(201);
    expect(body).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      note: 'it failed',
      deprecatedFirstTimestamp: null,
    });
    expect((await client().get(`${core(namespace)}/e`)).body).toMatchObject({
      apiVersion: 'v1',
      kind: 'Event',
      involvedObject: { kind: 'Widget', namespace, name: 'a', uid: 'u', apiVersion: 'example.com/v1' },
      message: 'it failed',
      reason: 'Failed',
      source: {},
      firstTimestamp: null,
      lastTimestamp: null,
      eventTime: '2026-01-01T00:00:00.000001Z',
      reportingComponent: 'example.com/controller',
      reportingInstance: 'controller-0',
    });
  });

  test('and the other way round', async () => {
    const namespace = await client().namespace();
    await client().post(core(namespace), {
      metadata: { name: 'e' },
      involvedObject: { kind: 'Widget', namespace, name: 'a' },
      message: 'old',
      reason: 'Old',
      type: 'Normal',
      count: 2,
      source: { component: 'c' },
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:01Z',
    });
    const { body } = await client().get(newer(namespace));
    expect(body).toMatchObject({ kind: 'EventList', apiVersion: 'events.k8s.io/v1' });
    expect(body['items']?.[0]).toMatchObject({
      note: 'old',
      regarding: { kind: 'Widget', namespace, name: 'a' },
      deprecatedCount: 2,
      deprecatedSource: { component: 'c' },
      deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
      deprecatedLastTimestamp: '2026-01-01T00:00:01Z',
      eventTime: null,
    });
  });

  test('kubectl describe finds them by the involved object', async () => {
    const namespace = await client().namespace();
    await client().post(newer(namespace), event(namespace));
    const found = async (selector: string): Promise<number> => {
      const { body } = await client().get(`${core(namespace)}?fieldSelector=${encodeURIComponent(selector)}`);
      return elements(body['items']).length;
    };
    expect(
      await found(`involvedObject.name=a,involvedObject.namespace=${namespace},involvedObject.uid=u`),
    ).toBe(1);
    expect(await found('involvedObject.kind=Widget,type=Warning,reason=Failed')).toBe(1);
    expect(await found('involvedObject.name=b')).toBe(0);
    expect(await found('type!=Warning')).toBe(0);
  });

  test('the newer group has its own names for fields', async () => {
    const namespace = await client().namespace();
    await client().post(newer(namespace), event(namespace));
    const { body } = await client().get(`${newer(namespace)}?fieldSelector=regarding.name%3Da`);
    expect(body['items']).toHaveLength(1);
    expect((await client().get(`${core(namespace)}?fieldSelector=regarding.name%3Da`)).status).toBe(400);
  });

  describe('422 Invalid', () => {
    const fields = ({ body }: { body: Json }) =>
      elements(body['details']?.['causes']).map((cause: Json) => cause['field']);

    test('a new event needs a time and one of two types', async () => {
      const namespace = await client().namespace();
      const reply = await client().post(newer(namespace), { metadata: { name: 'e' } });
      expect(reply.status).toBe(422);
      expect(fields(reply)).toEqual(['involvedObject.namespace', 'eventTime', 'type']);
    });

    test('a note has at most 1024 characters', async () => {
      const namespace = await client().namespace();
      const reply = await client().post(newer(namespace), event(namespace, { note: 'x'.repeat(1025) }));
      expect(reply.status).toBe(422);
      expect(fields(reply)).toEqual(['message']);
    });

    test('fields of the older API are refused', async () => {
      const namespace = await client().namespace();
      const change = { deprecatedCount: 1, deprecatedSource: { component: 'c' }, series: { count: 1 } };
      const reply = await client().post(newer(namespace), event(namespace, change));
      expect(reply.status).toBe(422);
      expect(fields(reply).toSorted()).toEqual([
        'count',
        'series.count',
        'series.lastObservedTime',
        'source',
      ]);
    });

    test('an action and a reporter are needed', async () => {
      const namespace = await client().namespace();
      const change = { action: '', reportingController: '', reportingInstance: '' };
      const reply = await client().post(newer(namespace), event(namespace, change));
      expect(reply.status).toBe(422);
      expect(new Set(fields(reply))).toEqual(new Set(['reportingController', 'reportingInstance', 'action']));
    });

    test('an old event needs the namespace of its object', async () => {
      const namespace = await client().namespace();
      const involvedObject = { kind: 'Widget', namespace: 'other', name: 'a' };
      const reply = await client().post(core(namespace), { metadata: { name: 'e' }, involvedObject });
      expect(reply.status).toBe(422);
      expect(fields(reply)).toEqual(['involvedObject.namespace']);
    });
  });

  test('a series is patched in', async () => {
    const namespace = await client().namespace();
    await client().post(newer(namespace), event(namespace));
    const series = { count: 2, lastObservedTime: '2026-01-01T00:05:00.000000Z' };
    const { status, body } = await client().mergePatch(`${newer(namespace)}/e`, { series });
    expect({ status, series: body['series'] }).toEqual({ status: 200, series });
  });
}
