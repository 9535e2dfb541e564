import { beforeAll, expect } from 'vitest';
import { type Client, elements, type Json, type Reply } from './client.ts';

/** Path of roles and bindings. */
export const rbacPath = '/apis/rbac.authorization.k8s.io/v1';
/** Path of reviews. */
export const reviewsPath = '/apis/authorization.k8s.io/v1';
/** Group of roles and bindings. */
export const rbacGroup = 'rbac.authorization.k8s.io';

/** Service accounts in a new namespace without rights, except for those that a test grants. */
export interface Robots {
  readonly namespace: string;
  /** The one called `robot`. */
  readonly robot: Client;
  /** User name of `robot`. */
  readonly user: string;
  /** Path of a resource in the namespace. */
  path(rest: string): string;
  /** A new service account; returns a client with its token. */
  create(name: string): Promise<Client>;
  /** A service account, as a subject of bindings. */
  account(name: string): object;
  /** Creates a role, bound to `robot` (and effective), or to `subject`. Returns the path of the binding. */
  allow(rules: readonly object[], subject?: object): Promise<string>;
}

/** Creates them before the tests of a suite. They are available in tests and hooks only. */
export function robotsFor(client: () => Client): Robots {
  let namespace = '';
  let robot: Client | undefined;
  const path = (rest: string): string => `/api/v1/namespaces/${namespace}/${rest}`;
  const account = (name: string): object => ({ kind: 'ServiceAccount', name, namespace });

  async function create(name: string): Promise<Client> {
    const made = await client().post(path('serviceaccounts'), { metadata: { name } });
    expect(made.status).toBe(201);
    const { status, body } = await client().post(path(`serviceaccounts/${name}/token`), {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    });
    expect(status).toBe(201);
    return client().as(String(body['status']?.['token']));
  }

  beforeAll(async () => {
    namespace = await client().namespace();
    robot = await create('robot');
  });

  async function rulesOfRobot(): Promise<readonly Json[]> {
    const review = { spec: { namespace } };
    const { body } = (await robot?.post(`${reviewsPath}/selfsubjectrulesreviews`, review)) ?? {};
    return elements(body?.['status']?.['resourceRules']);
  }

  return {
    get namespace() {
      return namespace;
    },
    get robot() {
      if (robot === undefined) {
        throw new Error('the robot is there in tests and hooks only');
      }
      return robot;
    },
    get user() {
      return `system:serviceaccount:${namespace}:robot`;
    },
    path,
    create,
    account,
    async allow(rules, subject) {
      const name = `r${rules.length}-${JSON.stringify(rules).length}-${Math.floor(performance.now())}`;
      const folder = `${rbacPath}/namespaces/${namespace}`;
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
    },
  };
}

/** The message of a denial. */
export function refusalOf({ status, body }: Reply) {
  return { status, message: body['message'], details: body['details'] };
}
