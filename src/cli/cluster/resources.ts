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
import { isKubeError, type KubeErrorKind } from '../../kube/client/errors.ts';
import { collectionPath, objectPath, wellKnown } from '../../kube/client/paths.ts';
import type { KubeRest } from '../../kube/client/rest.ts';
import { encodeValue } from '../../secrets/secret-data.ts';
import { type ApiCall, CliError, translateKubeErrors } from '../errors.ts';

/** The resources that the commands read. Every method throws `CliError`. */
interface CommonResources {
  connector(namespace: string, name: string): Promise<InfusionsoftConnector>;
  /** `undefined` where it does not exist. */
  findConnector(namespace: string, name: string): Promise<SelectedConnector | undefined>;
  /** `undefined`: of all namespaces. */
  connectors(namespace: string | undefined): Promise<readonly InfusionsoftConnector[]>;
  account(namespace: string, name: string): Promise<OpenConnectorsAccount>;
  accounts(namespace: string | undefined): Promise<readonly OpenConnectorsAccount[]>;
  /** `data` of a Secret, in base64. */
  secret(
    namespace: string,
    name: string,
  ): Promise<Readonly<Record<string, string>> | 'forbidden' | 'not-found'>;
}

/** The resources of a command that only reads. Every method throws `CliError`. */
export interface ReadResources extends CommonResources {
  /** The whole Secret; `undefined` where it does not exist. */
  findSecret(namespace: string, name: string): Promise<unknown>;
  /** The uid of the namespace `kube-system`; `forbidden` where the caller may not read it. */
  clusterId(): Promise<{ readonly uid: string } | 'forbidden'>;
}

/** The resources that the commands read and write. Every method throws `CliError`. */
export interface Resources extends CommonResources {
  /** Sets `key` of a Secret to `value`, and creates the Secret where it does not exist. Other keys stay. */
  storeSecretKey(namespace: string, name: string, key: string, value: string): Promise<'created' | 'updated'>;
  /** The connectors of `namespace` (`undefined`: of all namespaces) with labels that match `selector`. */
  selectConnectors(
    namespace: string | undefined,
    selector: string | undefined,
  ): Promise<readonly SelectedConnector[]>;
  /** Merge-patches a connector whose resourceVersion is still `resourceVersion`, and returns it. */
  patchConnector(
    connector: InfusionsoftConnector,
    patch: ConnectorPatch,
  ): Promise<SelectedConnector | 'conflict' | 'not-found'>;
  /** Sets the annotation `reconcile-at`. */
  requestReconcile(namespace: string, name: string, value: string): Promise<'requested' | 'forbidden'>;
}

/** A connector with the names of its field managers. */
export interface SelectedConnector {
  readonly connector: InfusionsoftConnector;
  readonly fieldManagers: readonly string[];
}

/** A merge patch of a connector. `null` removes a field. */
export interface ConnectorPatch {
  readonly metadata?: { readonly annotations: Readonly<Record<string, string | null>> };
  readonly spec?: Readonly<Record<string, unknown>>;
}

const FIELD_MANAGER = 'kubectl-openconnectors';
const PAGE_SIZE = 500;

const listSchema = z.object({
  metadata: z.object({ continue: z.string().optional() }).default({}),
  items: z.array(z.unknown()),
});
const namespaceSchema = z.object({ metadata: z.object({ uid: z.string().min(1) }) });
const managedSchema = z.object({
  metadata: z.object({ managedFields: z.array(z.object({ manager: z.string().default('') })).default([]) }),
});
const secretSchema = z.object({ data: z.record(z.string(), z.string()).default({}) });

/** The resources, by GET requests. */
export function createReadResources(rest: Pick<KubeRest, 'get'>): ReadResources {
  const one = (kind: KindNames, namespace: string, name: string) =>
    translateKubeErrors(
      callOf('get', kind.kind, namespace, name),
      rest.get(objectPath(typeOf(kind), namespace, name)),
    );
  const secret = <K extends KubeErrorKind>(namespace: string, name: string, ...kinds: readonly K[]) =>
    tolerate(
      kinds,
      callOf('get', 'Secret', namespace, name),
      rest.get(objectPath(wellKnown.secrets, namespace, name)),
    );
  return {
    connector: async (namespace, name) => parseConnector(await one(CONNECTOR_NAMES, namespace, name)),
    connectors: async (namespace) => (await list(rest, CONNECTOR_NAMES, namespace)).map(parseConnector),
    account: async (namespace, name) => parseAccount(await one(ACCOUNT_NAMES, namespace, name)),
    accounts: async (namespace) => (await list(rest, ACCOUNT_NAMES, namespace)).map(parseAccount),
    async findConnector(namespace, name) {
      const found = await tolerate(
        ['not-found'],
        callOf('get', CONNECTOR_NAMES.kind, namespace, name),
        rest.get(objectPath(typeOf(CONNECTOR_NAMES), namespace, name)),
      );
      return found === 'not-found' ? undefined : selectedConnector(found.body);
    },
    async secret(namespace, name) {
      const found = await secret(namespace, name, 'forbidden', 'not-found');
      return typeof found === 'string' ? found : secretSchema.parse(found.body).data;
    },
    async findSecret(namespace, name) {
      const found = await secret(namespace, name, 'not-found');
      return typeof found === 'string' ? undefined : found.body;
    },
    async clusterId() {
      const call: ApiCall = { verb: 'get', object: 'Namespace "kube-system"', scope: 'the cluster' };
      const response = rest.get(objectPath(wellKnown.namespaces, undefined, 'kube-system'));
      const found = await tolerate(['forbidden'], call, response);
      return typeof found === 'string' ? found : namespaceSchema.parse(found.body).metadata;
    },
  };
}

/** The resources, by REST calls. */
export function createResources(rest: KubeRest): Resources {
  return {
    ...createReadResources(rest),
    selectConnectors: async (namespace, selector) =>
      (await list(rest, CONNECTOR_NAMES, namespace, selector)).map(selectedConnector),
    async patchConnector({ metadata: { namespace, name, resourceVersion } }, patch) {
      const body = { ...patch, metadata: { ...patch.metadata, resourceVersion } };
      const patched = await tolerate(
        ['conflict', 'not-found'],
        callOf('patch', CONNECTOR_NAMES.kind, namespace, name),
        rest.patch(objectPath(typeOf(CONNECTOR_NAMES), namespace, name), body, {
          type: 'merge',
          fieldManager: FIELD_MANAGER,
        }),
      );
      return typeof patched === 'string' ? patched : selectedConnector(patched.body);
    },
    storeSecretKey: (namespace, name, key, value) => storeSecretKey(rest, namespace, name, key, value),
    async requestReconcile(namespace, name, value) {
      const call = callOf('patch', CONNECTOR_NAMES.kind, namespace, name);
      const patch = { metadata: { annotations: { [ANNOTATIONS.reconcileAt]: value } } };
      const path = objectPath(typeOf(CONNECTOR_NAMES), namespace, name);
      const response = rest.patch(path, patch, { type: 'merge', fieldManager: FIELD_MANAGER });
      const patched = await tolerate(['forbidden'], call, response);
      return typeof patched === 'string' ? patched : 'requested';
    },
  };
}

function typeOf({ plural }: KindNames) {
  return { group: GROUP, version: VERSION, plural };
}

function callOf(verb: ApiCall['verb'], kind: string, namespace: string, name: string): ApiCall {
  return { verb, object: `${kind} "${name}"`, scope: scopeOf(namespace) };
}

function scopeOf(namespace: string | undefined): string {
  return namespace === undefined ? 'all namespaces' : `namespace "${namespace}"`;
}

function selectedConnector(object: unknown): SelectedConnector {
  const { managedFields } = managedSchema.parse(object).metadata;
  return { connector: parseConnector(object), fieldManagers: managedFields.map(({ manager }) => manager) };
}

async function list(
  rest: Pick<KubeRest, 'get'>,
  kind: KindNames,
  namespace: string | undefined,
  labelSelector?: string,
): Promise<unknown[]> {
  const call: ApiCall = { verb: 'list', object: kind.plural, scope: scopeOf(namespace) };
  const items: unknown[] = [];
  let next: string | undefined;
  do {
    const query = { limit: PAGE_SIZE, continue: next, labelSelector };
    const page = listSchema.parse(
      await translateKubeErrors(call, rest.get(collectionPath(typeOf(kind), namespace), { query })),
    );
    items.push(...page.items);
    next = page.metadata.continue === '' ? undefined : page.metadata.continue;
  } while (next !== undefined);
  return items;
}

/** The body of a response, or the kind of its error where it is one of `kinds`. */
async function tolerate<K extends KubeErrorKind>(
  kinds: readonly K[],
  call: ApiCall,
  response: Promise<unknown>,
): Promise<{ readonly body: unknown } | K> {
  try {
    return { body: await response };
  } catch (error) {
    const kind = kinds.find((candidate) => isKubeError(error, candidate));
    return kind ?? translateKubeErrors(call, Promise.reject(error));
  }
}

async function storeSecretKey(
  rest: KubeRest,
  namespace: string,
  name: string,
  key: string,
  value: string,
): Promise<'created' | 'updated'> {
  const data = { [key]: encodeValue(value) };
  const path = objectPath(wellKnown.secrets, namespace, name);
  const patch = () => rest.patch(path, { data }, { type: 'merge', fieldManager: FIELD_MANAGER });
  const call = callOf('patch', 'Secret', namespace, name);
  try {
    await patch();
    return 'updated';
  } catch (error) {
    if (isKubeError(error, 'invalid')) {
      throw new CliError(
        'failure',
        `Cannot update Secret "${name}" in ${scopeOf(namespace)}; it may be immutable. Delete it and run this command again.`,
      );
    }
    if (!isKubeError(error, 'not-found')) {
      return translateKubeErrors(call, Promise.reject(error));
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
      await translateKubeErrors(call, patch());
      return 'updated';
    }
    return translateKubeErrors({ ...call, verb: 'create' }, Promise.reject(error));
  }
}
