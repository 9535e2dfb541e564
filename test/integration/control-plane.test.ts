import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, test } from 'vitest';
import { API_VERSION, CONNECTOR_NAMES, GROUP, VERSION } from '../../src/api/group.ts';
import type { ControlPlane } from '../support/controlplane/control-plane.ts';
import type { CrdCondition } from '../support/controlplane/crds.ts';
import { describeControlPlanes, requireFeature } from '../support/controlplane/describe.ts';
import { timeLimit } from '../support/time-limit.ts';

function connectorsPath(namespace: string, name = ''): string {
  return `/apis/${GROUP}/${VERSION}/namespaces/${namespace}/${CONNECTOR_NAMES.plural}/${name}`.replace(
    /\/$/,
    '',
  );
}

function connector(name: string, spec: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    apiVersion: API_VERSION,
    kind: CONNECTOR_NAMES.kind,
    metadata: { name },
    spec: {
      connector: 'infusionsoftcrm',
      server: 'dt123.infusionsoft.com',
      encryptedKeySecretRef: { name: 'crm-key' },
      oauth: { clientSecretRef: { name: 'crm-oauth' } },
      ...spec,
    },
  };
}

/** The next `count` events of a watch on `path`, while `act` runs. */
async function watch(
  plane: ControlPlane,
  path: string,
  count: number,
  act: () => Promise<unknown>,
): Promise<unknown[]> {
  const stream = await plane.rest.stream(`${path}?watch=1`);
  try {
    expect(stream.statusCode).toBe(200);
    const events: unknown[] = [];
    await act();
    for await (const line of createInterface({ input: stream })) {
      events.push(JSON.parse(line));
      if (events.length === count) {
        break;
      }
    }
    return events;
  } finally {
    stream.destroy();
  }
}

describeControlPlanes('the control plane', (plane) => {
  test('returns its version', async () => {
    const answer = await plane.rest.request('GET', '/version');
    expect(answer.body).toMatchObject({ gitVersion: `v${plane.version}` });
  });

  test('keeps a Secret and gives it back', async () => {
    const namespace = await plane.createNamespace('secrets');
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'crm' },
      stringData: { key: 'value' },
    };
    expect(await plane.rest.request('POST', path, secret)).toMatchObject({ status: 201 });
    expect(await plane.rest.request('GET', `${path}/crm`)).toMatchObject({
      status: 200,
      body: { type: 'Opaque', data: { key: Buffer.from('value').toString('base64') } },
    });
    expect(await plane.rest.request('POST', path, secret)).toMatchObject({
      status: 409,
      body: { kind: 'Status', reason: 'AlreadyExists' },
    });
  });

  test('delivers every change to a watch, in order', async () => {
    const namespace = await plane.createNamespace('watch');
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'watched' } };
    const selected = `${path}/watched`;
    const events = await watch(plane, path, 3, async () => {
      await plane.rest.request('POST', path, secret);
      const contentType = 'application/merge-patch+json';
      await plane.rest.request('PATCH', selected, { data: { a: 'YQ==' } }, { contentType });
      await plane.rest.request('DELETE', selected);
    });
    expect(events).toMatchObject([
      { type: 'ADDED', object: { metadata: { name: 'watched' } } },
      { type: 'MODIFIED', object: { data: { a: 'YQ==' } } },
      { type: 'DELETED', object: { metadata: { name: 'watched' } } },
    ]);
  });

  describe('with the CRDs', () => {
    let conditions: ReadonlyMap<string, readonly CrdCondition[]>;
    beforeAll(async () => {
      conditions = await plane.installCrds();
    });

    test('accepts both as structural schemas', () => {
      expect([...conditions.keys()].sort()).toEqual([
        `infusionsoftconnectors.${GROUP}`,
        `openconnectorsaccounts.${GROUP}`,
      ]);
      for (const of of conditions.values()) {
        expect(of).toContainEqual(expect.objectContaining({ type: 'Established', status: 'True' }));
        expect(of).not.toContainEqual(
          expect.objectContaining({ type: 'NonStructuralSchema', status: 'True' }),
        );
      }
    });

    test('gives a new resource a status that no generation equals', async () => {
      const namespace = await plane.createNamespace('connectors');
      const created = await plane.rest.request('POST', connectorsPath(namespace), {
        ...connector('crm'),
        status: { observedGeneration: 7 },
      });
      expect(created.status).toBe(201);
      expect(await plane.rest.request('GET', connectorsPath(namespace, 'crm'))).toMatchObject({
        body: {
          metadata: { generation: 1 },
          spec: { server: 'dt123.infusionsoft.com' },
          status: { observedGeneration: -1 },
        },
      });
    });

    test('writes status by its subresource alone, without a new generation', async () => {
      const namespace = await plane.createNamespace('status');
      await plane.rest.request('POST', connectorsPath(namespace), connector('crm'));
      const contentType = 'application/merge-patch+json';
      const status = { observedGeneration: 1, binding: { name: 'crm-connection' } };
      const path = connectorsPath(namespace, 'crm');
      await plane.rest.request('PATCH', path, { status }, { contentType });
      expect(await plane.rest.request('GET', path)).toMatchObject({
        body: { status: { observedGeneration: -1 } },
      });
      await plane.rest.request(
        'PATCH',
        `${path}/status`,
        { status, spec: { suspend: true } },
        { contentType },
      );
      const read = await plane.rest.request('GET', path);
      expect(read).toMatchObject({ body: { status, metadata: { generation: 1 } } });
      expect(read).not.toMatchObject({ body: { spec: { suspend: true } } });
    });

    test('refuses a field of the wrong type, and drops an unknown one', async () => {
      const namespace = await plane.createNamespace('schema');
      const wrong = connector('wrong', { suspend: 'yes' });
      expect(await plane.rest.request('POST', connectorsPath(namespace), wrong)).toMatchObject({
        status: 422,
      });
      await plane.rest.request('POST', connectorsPath(namespace), connector('extra', { unheardOf: 1 }));
      const read = await plane.rest.request('GET', connectorsPath(namespace, 'extra'));
      expect(read).not.toHaveProperty('body.spec.unheardOf');
    });

    test('delivers a resource to a watch', async () => {
      const namespace = await plane.createNamespace('watched');
      const events = await watch(plane, connectorsPath(namespace), 1, () =>
        plane.rest.request('POST', connectorsPath(namespace), connector('crm')),
      );
      expect(events).toMatchObject([{ type: 'ADDED', object: { metadata: { name: 'crm' } } }]);
    });

    test('holds the rules that only CEL can say', async (context) => {
      requireFeature(context, plane, 'cel');
      const namespace = await plane.createNamespace('rules');
      const both = connector('crm', { connector: 'infusionsoftrest' });
      expect(await plane.rest.request('POST', connectorsPath(namespace), both)).toMatchObject({
        status: 422,
        body: { reason: 'Invalid' },
      });
    });

    test('selects resources by a field of theirs', async (context) => {
      requireFeature(context, plane, 'selectableFields');
      const namespace = await plane.createNamespace('fields');
      for (const name of ['a', 'b']) {
        const named = connector(`with-${name}`, { accountRef: { name } });
        await plane.rest.request('POST', connectorsPath(namespace), named);
      }
      const selector = encodeURIComponent('spec.accountRef.name=b');
      const list = await plane.rest.request('GET', `${connectorsPath(namespace)}?fieldSelector=${selector}`);
      expect(list).toMatchObject({ status: 200, body: { items: [{ metadata: { name: 'with-b' } }] } });
    });

    test('shows a resource to kubectl', async (context) => {
      requireFeature(context, plane, 'kubectl');
      const namespace = await plane.createNamespace('kubectl');
      const input = JSON.stringify(connector('crm'));
      const applied = await plane.kubectl(['apply', '-n', namespace, '-f', '-'], { input });
      expect(applied.stdout).toContain('created');
      const shown = await plane.kubectl(['get', '-n', namespace, CONNECTOR_NAMES.plural]);
      expect(shown.stdout).toMatch(/^NAME\s+READY\s/);
      const missing = await plane.kubectl(['get', '-n', namespace, 'secret', 'none'], { check: false });
      expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('NotFound') });
    });
  });

  test('lets a dependent go with its owner', async (context) => {
    requireFeature(context, plane, 'garbageCollection');
    const namespace = await plane.createNamespace('owners');
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    const secret = (name: string, ownerReferences: unknown[] = []) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, ownerReferences },
    });
    const owner = await plane.rest.request('POST', path, secret('owner'));
    const uid = (owner.body as { metadata: { uid: string } }).metadata.uid;
    const reference = { apiVersion: 'v1', kind: 'Secret', name: 'owner', uid };
    expect(await plane.rest.request('POST', path, secret('dependent', [reference]))).toMatchObject({
      status: 201,
    });
    await plane.rest.request('DELETE', `${path}/owner`);
    const status = async () => (await plane.rest.request('GET', `${path}/dependent`)).status;
    await expect.poll(status, { timeout: timeLimit(60_000) }).toBe(404);
  });

  test('empties a deleted namespace', async (context) => {
    requireFeature(context, plane, 'namespaceLifecycle');
    const namespace = await plane.createNamespace('ends');
    const path = `/api/v1/namespaces/${namespace}`;
    await plane.rest.request('POST', `${path}/secrets`, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'a' },
    });
    await plane.rest.request('DELETE', path);
    const status = async () => (await plane.rest.request('GET', path)).status;
    await expect.poll(status, { timeout: timeLimit(60_000) }).toBe(404);
  });
});
