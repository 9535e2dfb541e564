import { z } from 'zod';
import type { OpenConnectorsAccount } from '../../api/account.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import {
  ACCOUNT_NAMES,
  ANNOTATIONS,
  CONNECTOR_NAMES,
  GROUP,
  type KindNames,
  VERSION,
} from '../../api/group.ts';
import { parseAccount, parseConnector } from '../../api/parse.ts';
import { isKubeError } from '../../kube/client/errors.ts';
import { collectionPath, objectPath, wellKnown } from '../../kube/client/paths.ts';
import type { KubeRest } from '../../kube/client/rest.ts';
import { CliError, forPurpose, type Purpose } from '../errors.ts';

/** What the commands read and write in a cluster. Every method may throw `CliError`. */
export interface Resources {
  connector(namespace: string, name: string): Promise<InfusionsoftConnector>;
  /** Of all namespaces where `namespace` is `undefined`. */
  connectors(namespace: string | undefined): Promise<readonly InfusionsoftConnector[]>;
  account(namespace: string, name: string): Promise<OpenConnectorsAccount>;
  accounts(namespace: string | undefined): Promise<readonly OpenConnectorsAccount[]>;
  /** `data` of a Secret, in base64; `forbidden` where the person may not read it. */
  secret(namespace: string, name: string): Promise<Readonly<Record<string, string>> | 'forbidden'>;
  /** Puts `value` under `key` of a Secret, which is created where it is absent. Other keys stay. */
  storeSecretKey(namespace: string, name: string, key: string, value: string): Promise<'created' | 'changed'>;
  /** Sets the annotation `reconcile-at`; `forbidden` where the person may not. */
  requestReconcile(namespace: string, name: string, value: string): Promise<'asked' | 'forbidden'>;
}

const FIELD_MANAGER = 'kubectl-openconnectors';
const PAGE_SIZE = 500;

const listSchema = z.object({
  metadata: z.object({ continue: z.string().optional() }).default({}),
  items: z.array(z.unknown()),
});
const secretSchema = z.object({ data: z.record(z.string(), z.string()).default({}) });

/** The resources behind `rest`. */
export function createResources(rest: KubeRest): Resources {
  const one = (kind: KindNames, namespace: string, name: string) =>
    forPurpose(
      { verb: 'get', what: `${kind.kind} "${name}"`, place: placeOf(namespace) },
      rest.get(objectPath(typeOf(kind), namespace, name)),
    );
  return {
    connector: async (namespace, name) => parseConnector(await one(CONNECTOR_NAMES, namespace, name)),
    connectors: async (namespace) => (await list(rest, CONNECTOR_NAMES, namespace)).map(parseConnector),
    account: async (namespace, name) => parseAccount(await one(ACCOUNT_NAMES, namespace, name)),
    accounts: async (namespace) => (await list(rest, ACCOUNT_NAMES, namespace)).map(parseAccount),
    async secret(namespace, name) {
      const purpose: Purpose = { verb: 'get', what: `Secret "${name}"`, place: placeOf(namespace) };
      const answer = rest.get(objectPath(wellKnown.secrets, namespace, name));
      const found = await unlessForbidden(purpose, answer);
      return found === 'forbidden' ? found : secretSchema.parse(found).data;
    },
    storeSecretKey: (namespace, name, key, value) => storeSecretKey(rest, namespace, name, key, value),
    async requestReconcile(namespace, name, value) {
      const purpose: Purpose = { verb: 'patch', what: `connector "${name}"`, place: placeOf(namespace) };
      const patch = { metadata: { annotations: { [ANNOTATIONS.reconcileAt]: value } } };
      const path = objectPath(typeOf(CONNECTOR_NAMES), namespace, name);
      const answer = rest.patch(path, patch, { type: 'merge', fieldManager: FIELD_MANAGER });
      return (await unlessForbidden(purpose, answer)) === 'forbidden' ? 'forbidden' : 'asked';
    },
  };
}

function typeOf({ plural }: KindNames) {
  return { group: GROUP, version: VERSION, plural };
}

function placeOf(namespace: string | undefined): string {
  return namespace === undefined ? 'all namespaces' : `namespace "${namespace}"`;
}

async function list(rest: KubeRest, kind: KindNames, namespace: string | undefined): Promise<unknown[]> {
  const purpose: Purpose = { verb: 'list', what: kind.plural, place: placeOf(namespace) };
  const items: unknown[] = [];
  let next: string | undefined;
  do {
    const query = { limit: PAGE_SIZE, continue: next };
    const page = listSchema.parse(
      await forPurpose(purpose, rest.get(collectionPath(typeOf(kind), namespace), { query })),
    );
    items.push(...page.items);
    next = page.metadata.continue === '' ? undefined : page.metadata.continue;
  } while (next !== undefined);
  return items;
}

async function unlessForbidden(purpose: Purpose, answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    return isKubeError(error, 'forbidden') ? 'forbidden' : forPurpose(purpose, Promise.reject(error));
  }
}

async function storeSecretKey(
  rest: KubeRest,
  namespace: string,
  name: string,
  key: string,
  value: string,
): Promise<'created' | 'changed'> {
  const data = { [key]: Buffer.from(value, 'utf8').toString('base64') };
  const path = objectPath(wellKnown.secrets, namespace, name);
  const patch = () => rest.patch(path, { data }, { type: 'merge', fieldManager: FIELD_MANAGER });
  const purpose: Purpose = { verb: 'patch', what: `Secret "${name}"`, place: placeOf(namespace) };
  try {
    await patch();
    return 'changed';
  } catch (error) {
    if (isKubeError(error, 'invalid')) {
      throw new CliError(
        'failure',
        `Secret "${name}" in ${placeOf(namespace)} cannot be changed; it may be marked as immutable. Delete it, and run this command again.`,
      );
    }
    if (!isKubeError(error, 'not-found')) {
      return forPurpose(purpose, Promise.reject(error));
    }
  }
  const manifest = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { name, namespace }, data };
  try {
    await rest.create(collectionPath(wellKnown.secrets, namespace), manifest, {
      query: { fieldManager: FIELD_MANAGER },
    });
    return 'created';
  } catch (error) {
    if (isKubeError(error, 'already-exists')) {
      await forPurpose(purpose, patch());
      return 'changed';
    }
    return forPurpose({ ...purpose, verb: 'create' }, Promise.reject(error));
  }
}
