import { describe, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { rbacGroup, rbacPath, refusalOf, robotsFor } from '../support/robots.ts';

/** Who may do what, and how refusals say so. */
export function accessSuite(client: () => Client): void {
  const robots = robotsFor(client);

  describe('refusals', () => {
    test.each([
      ['GET', 'secrets', 'cannot list resource "secrets"', { kind: 'secrets' }],
      ['GET', 'secrets?watch=1', 'cannot watch resource "secrets"', { kind: 'secrets' }],
      ['DELETE', 'secrets', 'cannot deletecollection resource "secrets"', { kind: 'secrets' }],
      ['GET', 'secrets/a', 'cannot get resource "secrets"', { name: 'a', kind: 'secrets' }],
    ])('%s %s says what is not allowed', async (method, path, words, details) => {
      const reply = await robots.robot.request(method, robots.path(path));
      const object = path.includes('/') ? 'secrets "a"' : 'secrets';
      expect(refusalOf(reply)).toEqual({
        status: 403,
        message: `${object} is forbidden: User "${robots.user}" ${words} in API group "" in the namespace "${robots.namespace}"`,
        details,
      });
      expect(reply.body['reason']).toBe('Forbidden');
    });

    test('a group, a subresource and the cluster are named', async () => {
      expect(refusalOf(await robots.robot.get('/api/v1/secrets')).message).toBe(
        `secrets is forbidden: User "${robots.user}" cannot list resource "secrets" in API group "" at the cluster scope`,
      );
      expect(
        refusalOf(
          await robots.robot.mergePatch(
            `/apis/example.com/v1/namespaces/${robots.namespace}/widgets/w/status`,
            {},
          ),
        ),
      ).toEqual({
        status: 403,
        message: `widgets.example.com "w" is forbidden: User "${robots.user}" cannot patch resource "widgets/status" in API group "example.com" in the namespace "${robots.namespace}"`,
        details: { name: 'w', group: 'example.com', kind: 'widgets' },
      });
    });

    test('an unknown resource is denied in the same way', async () => {
      const { message } = refusalOf(await robots.robot.get('/apis/nobody.example.com/v1/things'));
      expect(message).toBe(
        `things.nobody.example.com is forbidden: User "${robots.user}" cannot list resource "things" in API group "nobody.example.com" at the cluster scope`,
      );
    });

    test('a path that is no resource', async () => {
      expect(refusalOf(await robots.robot.get('/metrics'))).toEqual({
        status: 403,
        message: `forbidden: User "${robots.user}" cannot get path "/metrics"`,
        details: {},
      });
    });

    test('requests without a token are anonymous, a wrong token is 401', async () => {
      const path = robots.path('secrets');
      const stranger = await client().get(path, { headers: { authorization: '' } });
      expect(refusalOf(stranger).message).toContain('User "system:anonymous" cannot list resource "secrets"');
      expect((await client().as('wrong').get(path)).status).toBe(401);
    });
  });

  test('all users can read discovery, schemas, version and health', async () => {
    for (const path of ['/api', '/apis', '/apis/example.com/v1', '/openapi/v2', '/version', '/healthz']) {
      expect((await robots.robot.get(path)).status).toBe(200);
    }
  });

  describe('rules', () => {
    test('allow verbs on resources in one namespace', async () => {
      await robots.allow([{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }]);
      expect((await robots.robot.get(robots.path('configmaps'))).status).toBe(200);
      expect((await robots.robot.get(robots.path('configmaps/a'))).status).toBe(404);
      expect((await robots.robot.get('/api/v1/configmaps')).status).toBe(403);
      expect((await robots.robot.get('/api/v1/namespaces/default/configmaps')).status).toBe(403);
      expect((await robots.robot.post(robots.path('configmaps'), { metadata: { name: 'a' } })).status).toBe(
        403,
      );
    });

    test('names limit them; a list of one name by a field selector counts', async () => {
      await robots.allow([
        { apiGroups: [''], resources: ['secrets'], resourceNames: ['a'], verbs: ['get', 'list'] },
      ]);
      expect((await robots.robot.get(robots.path('secrets/a'))).status).toBe(404);
      expect((await robots.robot.get(robots.path('secrets/b'))).status).toBe(403);
      expect((await robots.robot.get(robots.path('secrets'))).status).toBe(403);
      expect((await robots.robot.get(robots.path('secrets?fieldSelector=metadata.name%3Da'))).status).toBe(
        200,
      );
      expect((await robots.robot.get(robots.path('secrets?fieldSelector=metadata.name%3Db'))).status).toBe(
        403,
      );
    });

    test('a subresource is a separate resource', async () => {
      const widgets = `/apis/example.com/v1/namespaces/${robots.namespace}/widgets`;
      await robots.allow([{ apiGroups: ['example.com'], resources: ['widgets/status'], verbs: ['patch'] }]);
      expect((await robots.robot.mergePatch(`${widgets}/w/status`, {})).status).toBe(404);
      expect((await robots.robot.mergePatch(`${widgets}/w`, {})).status).toBe(403);
    });

    test('asterisks match everything', async () => {
      await robots.allow([{ apiGroups: ['*'], resources: ['*'], verbs: ['watch', 'create'] }]);
      const leases = `/apis/coordination.k8s.io/v1/namespaces/${robots.namespace}/leases`;
      expect((await robots.robot.post(leases, { metadata: { name: 'a' } })).status).toBe(201);
      expect((await robots.robot.delete(`${leases}/a`)).status).toBe(403);
    });

    test('end with their binding', async () => {
      const path = await robots.allow([{ apiGroups: [''], resources: ['events'], verbs: ['list'] }]);
      await expect.poll(async () => (await robots.robot.get(robots.path('events'))).status).toBe(200);
      await client().delete(path);
      await expect.poll(async () => (await robots.robot.get(robots.path('events'))).status).toBe(403);
    });

    test('a cluster role applies to a namespace, to all of them, and to non-resource URLs', async () => {
      const name = `c-${robots.namespace}`;
      const rules = [
        { apiGroups: [''], resources: ['serviceaccounts', 'namespaces'], verbs: ['list'] },
        { nonResourceURLs: ['/metrics', '/logs/*'], verbs: ['get'] },
      ];
      await client().post(`${rbacPath}/clusterroles`, { metadata: { name }, rules });
      const binding = {
        metadata: { name },
        roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name },
        subjects: [robots.account('robot')],
      };
      await client().post(`${rbacPath}/namespaces/${robots.namespace}/rolebindings`, binding);
      await expect
        .poll(async () => (await robots.robot.get(robots.path('serviceaccounts'))).status)
        .toBe(200);
      expect((await robots.robot.get('/api/v1/serviceaccounts')).status).toBe(403);
      expect((await robots.robot.get('/metrics')).status).toBe(403);
      await client().post(`${rbacPath}/clusterrolebindings`, binding);
      await expect.poll(async () => (await robots.robot.get('/api/v1/serviceaccounts')).status).toBe(200);
      expect((await robots.robot.get('/api/v1/namespaces')).status).toBe(200);
      expect((await robots.robot.get('/metrics')).status).not.toBe(403);
      expect((await robots.robot.get('/logs/x/y')).status).not.toBe(403);
    });

    test('groups of service accounts are subjects', async () => {
      const other = await robots.create('other');
      const group = { kind: 'Group', name: `system:serviceaccounts:${robots.namespace}` };
      await robots.allow([{ apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['list'] }], group);
      const events = `/apis/events.k8s.io/v1/namespaces/${robots.namespace}/events`;
      await expect.poll(async () => (await other.get(events)).status).toBe(200);
    });
  });

  test('a binding to a missing role appears in denials', async () => {
    const lost = await robots.create('lost');
    await client().post(`${rbacPath}/namespaces/${robots.namespace}/rolebindings`, {
      metadata: { name: 'lost' },
      roleRef: { kind: 'ClusterRole', name: 'gone' },
      subjects: [robots.account('lost')],
    });
    await expect
      .poll(async () => (await lost.get(robots.path('secrets'))).body['message'])
      .toContain(
        `in the namespace "${robots.namespace}": RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found`,
      );
  });

  describe('owners', () => {
    const owner = { apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: 'u1', controller: true };
    const configMap = (name: string, more: object): object => ({
      metadata: { name, ownerReferences: [{ ...owner, ...more }] },
    });
    /** Of a kind that nobody serves: the garbage collector cannot tell that it is gone. */
    const unknownOwner = { apiVersion: 'nobody.example.com/v1' };

    test('with blockOwnerDeletion need the right to update their finalizers', async () => {
      const maker = await robots.create('owning');
      await robots.allow(
        [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create'] }],
        robots.account('owning'),
      );
      const create = (name: string, blocks: boolean) =>
        maker.post(robots.path('configmaps'), configMap(name, { blockOwnerDeletion: blocks }));
      await expect.poll(async () => (await create('free', false)).status).toBe(201);
      expect(refusalOf(await create('blocked', true))).toEqual({
        status: 403,
        message:
          'configmaps "blocked" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource you can\'t set finalizers on: , <nil>',
        details: { name: 'blocked', kind: 'configmaps' },
      });
      await robots.allow(
        [{ apiGroups: ['example.com'], resources: ['widgets/finalizers'], verbs: ['update'] }],
        robots.account('owning'),
      );
      await expect.poll(async () => (await create('blocked', true)).status).toBe(201);
    });

    test('can be changed with the right to delete the object', async () => {
      const changer = await robots.create('changing');
      await client().post(robots.path('configmaps'), configMap('owned', unknownOwner));
      const change = () =>
        changer.mergePatch(robots.path('configmaps/owned'), { metadata: { ownerReferences: null } });
      const verbs = (...list: string[]): object => ({
        apiGroups: [''],
        resources: ['configmaps'],
        verbs: list,
      });
      await robots.allow([verbs('patch')], robots.account('changing'));
      await expect
        .poll(async () => (await change()).body['message'])
        .toBe(
          'configmaps "owned" is forbidden: cannot set an ownerRef on a resource you can\'t delete: , <nil>',
        );
      await robots.allow([verbs('delete')], robots.account('changing'));
      await expect.poll(async () => (await change()).status).toBe(200);
    });
  });
  describe('impersonation', () => {
    test('needs permission', async () => {
      const as = { headers: { 'impersonate-user': 'somebody', 'impersonate-group': 'system:masters' } };
      const path = robots.path('serviceaccounts/robot');
      expect((await client().get(path, as)).status).toBe(200);
      const somebody = await client().get(path, { headers: { 'impersonate-user': 'somebody' } });
      expect(refusalOf(somebody).message).toContain('User "somebody" cannot get resource "serviceaccounts"');
      expect(refusalOf(await robots.robot.get(path, as)).message).toBe(
        `users "somebody" is forbidden: User "${robots.user}" cannot impersonate resource "users" in API group "" at the cluster scope`,
      );
    });
  });
}
