import { describe, expect, test } from 'vitest';
import { type Client, elements, type Json } from '../support/client.ts';
import { rbacGroup, rbacPath, refusalOf, reviewsPath, robotsFor } from '../support/robots.ts';

/** What access is made of: roles and bindings, tokens, and reviews that tell of it. */
export function rightsSuite(client: () => Client): void {
  const robots = robotsFor(client);

  describe('roles and bindings are checked', () => {
    const roles = (): string => `${rbacPath}/namespaces/${robots.namespace}/roles`;
    const bindings = (): string => `${rbacPath}/namespaces/${robots.namespace}/rolebindings`;

    test('rules are complete and of one kind', async () => {
      const { status, body } = await client().post(roles(), {
        metadata: { name: 'b' },
        rules: [
          { resources: ['secrets'], verbs: ['get'] },
          { apiGroups: [''], verbs: ['get'] },
          { apiGroups: [''], resources: ['x'] },
          { nonResourceURLs: ['/x'], resources: ['a'], apiGroups: [''], verbs: ['get'] },
        ],
      });
      expect(status).toBe(422);
      expect(body['message']).toBe(
        'Role.rbac.authorization.k8s.io "b" is invalid: [rules[0].apiGroups: Required value: resource rules must supply at least one api group, rules[1].resources: Required value: resource rules must supply at least one resource, rules[2].verbs: Required value: verbs must contain at least one value, rules[3].nonResourceURLs: Invalid value: []string{"/x"}: namespaced rules cannot apply to non-resource URLs, rules[3].nonResourceURLs: Invalid value: []string{"/x"}: rules cannot apply to both regular resources and non-resource URLs]',
      );
    });

    test('subjects and the role are named', async () => {
      const { status, body } = await client().post(bindings(), {
        metadata: { name: 'z' },
        roleRef: { kind: 'Nope', name: '' },
        subjects: [
          { kind: 'User', name: '' },
          { kind: 'X', name: 'g' },
          { kind: 'User', apiGroup: 'x', name: 'g' },
        ],
      });
      expect(status).toBe(422);
      expect(elements(body['details']?.['causes']).map(({ field }) => field)).toEqual([
        'roleRef.kind',
        'roleRef.name',
        'subjects[0].name',
        'subjects[1].kind',
        'subjects[2].apiGroup',
      ]);
    });

    test('a cluster role binding needs a cluster role and namespaces', async () => {
      const { body } = await client().post(`${rbacPath}/clusterrolebindings`, {
        metadata: { name: 'z' },
        roleRef: { kind: 'Role', name: 'x' },
        subjects: [{ kind: 'ServiceAccount', name: 'robot' }],
      });
      expect(body['message']).toBe(
        'ClusterRoleBinding.rbac.authorization.k8s.io "z" is invalid: [roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole", subjects[0].namespace: Required value]',
      );
    });

    test('groups have defaults, and the role of a binding is immutable', async () => {
      const path = await robots.allow([], { kind: 'User', name: 'somebody' });
      const { body } = await client().get(path);
      expect(body['subjects']).toEqual([{ kind: 'User', apiGroup: rbacGroup, name: 'somebody' }]);
      expect(body['roleRef']).toMatchObject({ apiGroup: rbacGroup });
      const changed = await client().mergePatch(path, { roleRef: { name: 'other' } });
      expect(changed.body['message']).toContain(
        'roleRef: Invalid value: rbac.RoleRef{APIGroup:"rbac.authorization.k8s.io", Kind:"Role", Name:"other"}: cannot change roleRef',
      );
    });
  });

  describe('tokens', () => {
    test('need an existing account and are valid until its deletion', async () => {
      const request = { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', spec: {} };
      expect(await client().post(robots.path('serviceaccounts/nobody/token'), request)).toMatchObject({
        status: 404,
        body: { message: 'serviceaccounts "nobody" not found' },
      });
      const brief = await robots.create('brief');
      expect((await brief.get('/api')).status).toBe(200);
      await client().delete(robots.path('serviceaccounts/brief'));
      await expect.poll(async () => (await brief.get('/api')).status).toBe(401);
    });

    test('last ten minutes at least', async () => {
      const reply = await client().post(robots.path('serviceaccounts/robot/token'), {
        kind: 'TokenRequest',
        apiVersion: 'authentication.k8s.io/v1',
        spec: { expirationSeconds: 10 },
      });
      expect(refusalOf(reply)).toMatchObject({
        status: 422,
        message:
          'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 10: may not specify a duration less than 10 minutes',
      });
    });
  });

  describe('reviews', () => {
    const attributes = (name: string): object => ({
      resourceAttributes: { namespace: robots.namespace, verb: 'get', resource: 'secrets', name },
    });

    test('return the rights of the caller and the binding', async () => {
      await robots.allow([
        { apiGroups: [''], resources: ['secrets'], resourceNames: ['mine'], verbs: ['get'] },
      ]);
      const ask = async (spec: object): Promise<Json> =>
        (await robots.robot.post(`${reviewsPath}/selfsubjectaccessreviews`, { spec })).body;
      await expect
        .poll(async () => (await ask(attributes('mine')))['status'])
        .toMatchObject({
          allowed: true,
          reason: expect.stringMatching(
            `^RBAC: allowed by RoleBinding "(.+)/${robots.namespace}" of Role "\\1" to ServiceAccount "robot/${robots.namespace}"$`,
          ),
        });
      expect((await ask(attributes('other')))['status']).toEqual({ allowed: false });
      expect(await ask({ nonResourceAttributes: { path: '/version', verb: 'get' } })).toMatchObject({
        kind: 'SelfSubjectAccessReview',
        spec: { nonResourceAttributes: { path: '/version', verb: 'get' } },
        status: { allowed: true },
      });
    });

    test('need exactly one kind of attributes', async () => {
      const { body } = await robots.robot.post(`${reviewsPath}/selfsubjectaccessreviews`, { spec: {} });
      expect(body['message']).toContain(
        'spec.resourceAttributes: Invalid value: "null": exactly one of nonResourceAttributes or resourceAttributes must be specified',
      );
    });

    test('return the rights of others with permission', async () => {
      const spec = { user: robots.user, ...attributes('a') };
      const of = async (more: object): Promise<Json | undefined> =>
        (await client().post(`${reviewsPath}/subjectaccessreviews`, { spec: { ...spec, ...more } })).body[
          'status'
        ];
      expect(await of({ resourceAttributes: { verb: 'delete', resource: 'secrets' } })).toEqual({
        allowed: false,
      });
      expect(await of({ groups: ['system:masters'] })).toEqual({ allowed: true });
      expect((await robots.robot.post(`${reviewsPath}/subjectaccessreviews`, { spec })).status).toBe(403);
      const nobody = await client().post(`${reviewsPath}/subjectaccessreviews`, { spec: attributes('a') });
      expect(nobody.body['message']).toContain('at least one of user or group must be specified');
    });

    test('list all rules of the caller in a namespace', async () => {
      await robots.allow([{ apiGroups: [''], resources: ['pods/log'], verbs: ['get'] }]);
      await expect
        .poll(async () => {
          const { body } = await robots.robot.post(`${reviewsPath}/selfsubjectrulesreviews`, {
            spec: { namespace: robots.namespace },
          });
          return elements(body['status']?.['resourceRules']);
        })
        .toContainEqual({ apiGroups: [''], resources: ['pods/log'], verbs: ['get'] });
      expect(
        (await robots.robot.post(`${reviewsPath}/selfsubjectrulesreviews`, { spec: {} })).body['message'],
      ).toBe('no namespace on request');
    });

    test('are never stored', async () => {
      expect((await client().get(`${reviewsPath}/subjectaccessreviews`)).status).toBe(405);
    });
  });
}
