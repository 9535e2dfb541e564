import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, elements, type Json } from '../support/client.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const reviews = '/apis/authorization.k8s.io/v1';
const rbacGroup = 'rbac.authorization.k8s.io';

export function accessSuite(client: () => Client): void {
  let namespace: string;
  let robot: Client;
  const user = (): string => `system:serviceaccount:${namespace}:robot`;
  const inNamespace = (path: string): string => `/api/v1/namespaces/${namespace}/${path}`;

  beforeAll(async () => {
    namespace = await client().namespace();
    expect(
      (await client().post(inNamespace('serviceaccounts'), { metadata: { name: 'robot' } })).status,
    ).toBe(201);
    robot = client().as(await tokenOf('robot'));
  });

  async function tokenOf(name: string): Promise<string> {
    const { status, body } = await client().post(inNamespace(`serviceaccounts/${name}/token`), {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    });
    expect(status).toBe(201);
    return String(body['status']?.['token']);
  }

  async function newAccount(name: string): Promise<string> {
    await client().post(inNamespace('serviceaccounts'), { metadata: { name } });
    return tokenOf(name);
  }

  /** A role of its own for a test, bound to the robot and in force; returns the path of the binding. */
  async function allow(rules: readonly object[], subject?: object): Promise<string> {
    const name = `r${rules.length}-${JSON.stringify(rules).length}-${Math.floor(performance.now())}`;
    const folder = `${rbac}/namespaces/${namespace}`;
    expect((await client().post(`${folder}/roles`, { metadata: { name }, rules })).status).toBe(201);
    const binding = {
      metadata: { name },
      roleRef: { kind: 'Role', name },
      subjects: [subject ?? account('robot')],
    };
    expect((await client().post(`${folder}/rolebindings`, binding)).status).toBe(201);
    if (subject === undefined) {
      // Authorizers read roles from a cache.
      await expect.poll(rulesOfRobot).toEqual(expect.arrayContaining([...rules]));
    }
    return `${folder}/rolebindings/${name}`;
  }

  async function rulesOfRobot(): Promise<readonly Json[]> {
    const { body } = await robot.post(`${reviews}/selfsubjectrulesreviews`, { spec: { namespace } });
    return elements(body['status']?.['resourceRules']);
  }

  const account = (name: string): object => ({ kind: 'ServiceAccount', name, namespace });
  const refused = (reply: { readonly status: number; readonly body: Json }) => ({
    status: reply.status,
    message: reply.body['message'],
    details: reply.body['details'],
  });

  describe('refusals', () => {
    test.each([
      ['GET', 'secrets', 'cannot list resource "secrets"', { kind: 'secrets' }],
      ['GET', 'secrets?watch=1', 'cannot watch resource "secrets"', { kind: 'secrets' }],
      ['DELETE', 'secrets', 'cannot deletecollection resource "secrets"', { kind: 'secrets' }],
      ['GET', 'secrets/a', 'cannot get resource "secrets"', { name: 'a', kind: 'secrets' }],
    ])('%s %s says what is not allowed', async (method, path, words, details) => {
      const reply = await robot.request(method, inNamespace(path));
      const object = path.includes('/') ? 'secrets "a"' : 'secrets';
      expect(refused(reply)).toEqual({
        status: 403,
        message: `${object} is forbidden: User "${user()}" ${words} in API group "" in the namespace "${namespace}"`,
        details,
      });
      expect(reply.body['reason']).toBe('Forbidden');
    });

    test('a group, a subresource and the cluster are named', async () => {
      expect(refused(await robot.get('/api/v1/secrets')).message).toBe(
        `secrets is forbidden: User "${user()}" cannot list resource "secrets" in API group "" at the cluster scope`,
      );
      expect(
        refused(await robot.mergePatch(`/apis/example.com/v1/namespaces/${namespace}/widgets/w/status`, {})),
      ).toEqual({
        status: 403,
        message: `widgets.example.com "w" is forbidden: User "${user()}" cannot patch resource "widgets/status" in API group "example.com" in the namespace "${namespace}"`,
        details: { name: 'w', group: 'example.com', kind: 'widgets' },
      });
    });

    test('what nobody serves is refused in the same way', async () => {
      const { message } = refused(await robot.get('/apis/nobody.example.com/v1/things'));
      expect(message).toBe(
        `things.nobody.example.com is forbidden: User "${user()}" cannot list resource "things" in API group "nobody.example.com" at the cluster scope`,
      );
    });

    test('a path that is no resource', async () => {
      expect(refused(await robot.get('/metrics'))).toEqual({
        status: 403,
        message: `forbidden: User "${user()}" cannot get path "/metrics"`,
        details: {},
      });
    });

    test('strangers are called anonymous, a wrong token is 401', async () => {
      const path = inNamespace('secrets');
      const stranger = await client().get(path, { headers: { authorization: '' } });
      expect(refused(stranger).message).toContain('User "system:anonymous" cannot list resource "secrets"');
      expect((await client().as('wrong').get(path)).status).toBe(401);
    });
  });

  test('everybody may read discovery, schemas, version and health', async () => {
    for (const path of ['/api', '/apis', '/apis/example.com/v1', '/openapi/v2', '/version', '/healthz']) {
      expect((await robot.get(path)).status).toBe(200);
    }
  });

  describe('rules', () => {
    test('allow verbs on resources in one namespace', async () => {
      await allow([{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }]);
      expect((await robot.get(inNamespace('configmaps'))).status).toBe(200);
      expect((await robot.get(inNamespace('configmaps/a'))).status).toBe(404);
      expect((await robot.get('/api/v1/configmaps')).status).toBe(403);
      expect((await robot.get('/api/v1/namespaces/default/configmaps')).status).toBe(403);
      expect((await robot.post(inNamespace('configmaps'), { metadata: { name: 'a' } })).status).toBe(403);
    });

    test('names limit them; a list of one name by a field selector counts', async () => {
      await allow([
        { apiGroups: [''], resources: ['secrets'], resourceNames: ['a'], verbs: ['get', 'list'] },
      ]);
      expect((await robot.get(inNamespace('secrets/a'))).status).toBe(404);
      expect((await robot.get(inNamespace('secrets/b'))).status).toBe(403);
      expect((await robot.get(inNamespace('secrets'))).status).toBe(403);
      expect((await robot.get(inNamespace('secrets?fieldSelector=metadata.name%3Da'))).status).toBe(200);
      expect((await robot.get(inNamespace('secrets?fieldSelector=metadata.name%3Db'))).status).toBe(403);
    });

    test('a subresource is a resource of its own', async () => {
      const widgets = `/apis/example.com/v1/namespaces/${namespace}/widgets`;
      await allow([{ apiGroups: ['example.com'], resources: ['widgets/status'], verbs: ['patch'] }]);
      expect((await robot.mergePatch(`${widgets}/w/status`, {})).status).toBe(404);
      expect((await robot.mergePatch(`${widgets}/w`, {})).status).toBe(403);
    });

    test('asterisks stand for everything', async () => {
      await allow([{ apiGroups: ['*'], resources: ['*'], verbs: ['watch', 'create'] }]);
      const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
      expect((await robot.post(leases, { metadata: { name: 'a' } })).status).toBe(201);
      expect((await robot.delete(`${leases}/a`)).status).toBe(403);
    });

    test('end with their binding', async () => {
      const path = await allow([{ apiGroups: [''], resources: ['events'], verbs: ['list'] }]);
      await expect.poll(async () => (await robot.get(inNamespace('events'))).status).toBe(200);
      await client().delete(path);
      await expect.poll(async () => (await robot.get(inNamespace('events'))).status).toBe(403);
    });

    test('a cluster role gives in a namespace, or everywhere, and beyond resources', async () => {
      const name = `c-${namespace}`;
      const rules = [
        { apiGroups: [''], resources: ['serviceaccounts', 'namespaces'], verbs: ['list'] },
        { nonResourceURLs: ['/metrics', '/logs/*'], verbs: ['get'] },
      ];
      await client().post(`${rbac}/clusterroles`, { metadata: { name }, rules });
      const binding = {
        metadata: { name },
        roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name },
        subjects: [account('robot')],
      };
      await client().post(`${rbac}/namespaces/${namespace}/rolebindings`, binding);
      await expect.poll(async () => (await robot.get(inNamespace('serviceaccounts'))).status).toBe(200);
      expect((await robot.get('/api/v1/serviceaccounts')).status).toBe(403);
      expect((await robot.get('/metrics')).status).toBe(403);
      await client().post(`${rbac}/clusterrolebindings`, binding);
      await expect.poll(async () => (await robot.get('/api/v1/serviceaccounts')).status).toBe(200);
      expect((await robot.get('/api/v1/namespaces')).status).toBe(200);
      expect((await robot.get('/metrics')).status).not.toBe(403);
      expect((await robot.get('/logs/x/y')).status).not.toBe(403);
    });

    test('groups of service accounts are subjects', async () => {
      await client().post(inNamespace('serviceaccounts'), { metadata: { name: 'other' } });
      const other = client().as(await tokenOf('other'));
      const group = { kind: 'Group', name: `system:serviceaccounts:${namespace}` };
      await allow([{ apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['list'] }], group);
      const events = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
      await expect.poll(async () => (await other.get(events)).status).toBe(200);
    });
  });

  test('a binding to a role that is not there says so in refusals', async () => {
    await client().post(inNamespace('serviceaccounts'), { metadata: { name: 'lost' } });
    const lost = client().as(await tokenOf('lost'));
    await client().post(`${rbac}/namespaces/${namespace}/rolebindings`, {
      metadata: { name: 'lost' },
      roleRef: { kind: 'ClusterRole', name: 'gone' },
      subjects: [account('lost')],
    });
    await expect
      .poll(async () => (await lost.get(inNamespace('secrets'))).body['message'])
      .toContain(
        `in the namespace "${namespace}": RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found`,
      );
  });

  describe('owners', () => {
    const owner = { apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: 'u1', controller: true };
    const configMap = (name: string, more: object): object => ({
      metadata: { name, ownerReferences: [{ ...owner, ...more }] },
    });
    /** Of a kind that nobody serves: the garbage collector cannot tell that it is gone. */
    const unknownOwner = { apiVersion: 'nobody.example.com/v1' };

    test('that are blocked from deletion need the right to their finalizers', async () => {
      const robots = client().as(await newAccount('owning'));
      await allow([{ apiGroups: [''], resources: ['configmaps'], verbs: ['create'] }], account('owning'));
      const create = (name: string, blocks: boolean) =>
        robots.post(inNamespace('configmaps'), configMap(name, { blockOwnerDeletion: blocks }));
      await expect.poll(async () => (await create('free', false)).status).toBe(201);
      expect(refused(await create('blocked', true))).toEqual({
        status: 403,
        message:
          'configmaps "blocked" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource you can\'t set finalizers on: , <nil>',
        details: { name: 'blocked', kind: 'configmaps' },
      });
      await allow(
        [{ apiGroups: ['example.com'], resources: ['widgets/finalizers'], verbs: ['update'] }],
        account('owning'),
      );
      await expect.poll(async () => (await create('blocked', true)).status).toBe(201);
    });

    test('are changed by those who may delete the object', async () => {
      const robots = client().as(await newAccount('changing'));
      await client().post(inNamespace('configmaps'), configMap('owned', unknownOwner));
      const change = () =>
        robots.mergePatch(inNamespace('configmaps/owned'), { metadata: { ownerReferences: null } });
      const verbs = (...list: string[]): object => ({
        apiGroups: [''],
        resources: ['configmaps'],
        verbs: list,
      });
      await allow([verbs('patch')], account('changing'));
      await expect
        .poll(async () => (await change()).body['message'])
        .toBe(
          'configmaps "owned" is forbidden: cannot set an ownerRef on a resource you can\'t delete: , <nil>',
        );
      await allow([verbs('delete')], account('changing'));
      await expect.poll(async () => (await change()).status).toBe(200);
    });
  });

  describe('roles and bindings are checked', () => {
    const roles = (): string => `${rbac}/namespaces/${namespace}/roles`;
    const bindings = (): string => `${rbac}/namespaces/${namespace}/rolebindings`;

    test('rules are complete, and of one sort', async () => {
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
      const { body } = await client().post(`${rbac}/clusterrolebindings`, {
        metadata: { name: 'z' },
        roleRef: { kind: 'Role', name: 'x' },
        subjects: [{ kind: 'ServiceAccount', name: 'robot' }],
      });
      expect(body['message']).toBe(
        'ClusterRoleBinding.rbac.authorization.k8s.io "z" is invalid: [roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole", subjects[0].namespace: Required value]',
      );
    });

    test('groups are filled in, and the role of a binding stays', async () => {
      const path = await allow([], { kind: 'User', name: 'somebody' });
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
    test('need an account that is there, and end with it', async () => {
      const request = { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', spec: {} };
      expect(await client().post(inNamespace('serviceaccounts/nobody/token'), request)).toMatchObject({
        status: 404,
        body: { message: 'serviceaccounts "nobody" not found' },
      });
      await client().post(inNamespace('serviceaccounts'), { metadata: { name: 'brief' } });
      const brief = client().as(await tokenOf('brief'));
      expect((await brief.get('/api')).status).toBe(200);
      await client().delete(inNamespace('serviceaccounts/brief'));
      await expect.poll(async () => (await brief.get('/api')).status, { timeout: 15_000 }).toBe(401);
    });

    test('last ten minutes at least', async () => {
      const reply = await client().post(inNamespace('serviceaccounts/robot/token'), {
        kind: 'TokenRequest',
        apiVersion: 'authentication.k8s.io/v1',
        spec: { expirationSeconds: 10 },
      });
      expect(refused(reply)).toMatchObject({
        status: 422,
        message:
          'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 10: may not specify a duration less than 10 minutes',
      });
    });
  });

  describe('reviews', () => {
    const attributes = (name: string): object => ({
      resourceAttributes: { namespace, verb: 'get', resource: 'secrets', name },
    });

    test('tell the caller what he may do, and by which binding', async () => {
      await allow([{ apiGroups: [''], resources: ['secrets'], resourceNames: ['mine'], verbs: ['get'] }]);
      const ask = async (spec: object): Promise<Json> =>
        (await robot.post(`${reviews}/selfsubjectaccessreviews`, { spec })).body;
      await expect
        .poll(async () => (await ask(attributes('mine')))['status'])
        .toMatchObject({
          allowed: true,
          reason: expect.stringMatching(
            `^RBAC: allowed by RoleBinding "(.+)/${namespace}" of Role "\\1" to ServiceAccount "robot/${namespace}"$`,
          ),
        });
      expect((await ask(attributes('other')))['status']).toEqual({ allowed: false });
      expect(await ask({ nonResourceAttributes: { path: '/version', verb: 'get' } })).toMatchObject({
        kind: 'SelfSubjectAccessReview',
        spec: { nonResourceAttributes: { path: '/version', verb: 'get' } },
        status: { allowed: true },
      });
    });

    test('ask one thing', async () => {
      const { body } = await robot.post(`${reviews}/selfsubjectaccessreviews`, { spec: {} });
      expect(body['message']).toContain(
        'spec.resourceAttributes: Invalid value: "null": exactly one of nonResourceAttributes or resourceAttributes must be specified',
      );
    });

    test('tell about others, to those who may ask', async () => {
      const spec = { user: user(), ...attributes('a') };
      const of = async (more: object): Promise<Json | undefined> =>
        (await client().post(`${reviews}/subjectaccessreviews`, { spec: { ...spec, ...more } })).body[
          'status'
        ];
      expect(await of({ resourceAttributes: { verb: 'delete', resource: 'secrets' } })).toEqual({
        allowed: false,
      });
      expect(await of({ groups: ['system:masters'] })).toEqual({ allowed: true });
      expect((await robot.post(`${reviews}/subjectaccessreviews`, { spec })).status).toBe(403);
      const nobody = await client().post(`${reviews}/subjectaccessreviews`, { spec: attributes('a') });
      expect(nobody.body['message']).toContain('at least one of user or group must be specified');
    });

    test('list all rules of the caller in a namespace', async () => {
      await allow([{ apiGroups: [''], resources: ['pods/log'], verbs: ['get'] }]);
      await expect
        .poll(async () => {
          const { body } = await robot.post(`${reviews}/selfsubjectrulesreviews`, { spec: { namespace } });
          return elements(body['status']?.['resourceRules']);
        })
        .toContainEqual({ apiGroups: [''], resources: ['pods/log'], verbs: ['get'] });
      expect((await robot.post(`${reviews}/selfsubjectrulesreviews`, { spec: {} })).body['message']).toBe(
        'no namespace on request',
      );
    });

    test('are never stored', async () => {
      expect((await client().get(`${reviews}/subjectaccessreviews`)).status).toBe(405);
    });
  });

  describe('impersonation', () => {
    test('is for those who may', async () => {
      const as = { headers: { 'impersonate-user': 'somebody', 'impersonate-group': 'system:masters' } };
      const path = inNamespace('serviceaccounts/robot');
      expect((await client().get(path, as)).status).toBe(200);
      const somebody = await client().get(path, { headers: { 'impersonate-user': 'somebody' } });
      expect(refused(somebody).message).toContain('User "somebody" cannot get resource "serviceaccounts"');
      expect(refused(await robot.get(path, as)).message).toBe(
        `users "somebody" is forbidden: User "${user()}" cannot impersonate resource "users" in API group "" at the cluster scope`,
      );
    });
  });
}
