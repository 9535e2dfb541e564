import type { Client, Reply, Watch, WatchEvent } from '../support/client.ts';
import { Normalizer } from './normalizer.ts';
import { type Body, KINDS, type Operation, type PatchType, type Plural } from './operation.ts';

/** What a server answered to one operation, without what differs from run to run. */
export type Outcome = unknown;

const CONTENT_TYPES: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};
/** The object whose event ends the watches; every selection of the generator includes it. */
const END = { name: 'the-end', labels: { x: '1', y: '1' } };

/** The versions and the uid of an object that the server answered with. */
interface Known {
  readonly versions: string[];
  uid: string | undefined;
}

/** Runs a sequence in a namespace of its own and returns the outcome of each operation, those of watches at the end. */
export async function execute(client: Client, operations: readonly Operation[]): Promise<readonly Outcome[]> {
  return new Execution(client, await client.namespace()).run(operations);
}

class Execution {
  readonly #client: Client;
  readonly #namespace: string;
  readonly #normalizer: Normalizer;
  readonly #known = new Map<string, Known>();
  readonly #starts = new Map<Plural, string>();

  constructor(client: Client, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
    this.#normalizer = new Normalizer(namespace);
  }

  async run(operations: readonly Operation[]): Promise<readonly Outcome[]> {
    const plurals = [...new Set(operations.map(({ plural }) => plural))];
    for (const plural of plurals) {
      this.#starts.set(plural, await this.#versionOf(plural));
    }
    const outcomes: Outcome[] = [];
    const watches = new Map<number, Watch>();
    for (const [index, operation] of operations.entries()) {
      if (operation.verb === 'watch') {
        watches.set(index, await this.#watch(operation));
      }
      outcomes.push(operation.verb === 'watch' ? undefined : await this.#perform(operation));
    }
    for (const plural of watches.size === 0 ? [] : plurals) {
      const { apiVersion, kind } = KINDS[plural];
      const spec = plural === 'widgets' ? { spec: { size: 1 } } : {};
      await this.#client.post(this.#path(plural), { apiVersion, kind, metadata: END, ...spec });
    }
    for (const [index, watch] of watches) {
      outcomes[index] = await this.#eventsOf(watch);
    }
    return outcomes;
  }

  async #perform(operation: Exclude<Operation, { verb: 'watch' }>): Promise<Outcome> {
    if (operation.verb === 'pages') {
      return this.#pages(operation);
    }
    const reply = await this.#send(operation);
    this.#remember(operation.plural, reply);
    return this.#outcomeOf(reply);
  }

  async #send(operation: Exclude<Operation, { verb: 'watch' | 'pages' }>): Promise<Reply> {
    const { plural, query } = operation;
    switch (operation.verb) {
      case 'create':
        return this.#client.post(this.#path(plural, undefined, query), operation.body);
      case 'list':
        return this.#client.get(this.#path(plural, undefined, query), acceptOf(operation.as, 'List'));
      case 'delete-collection':
        return this.#client.delete(this.#path(plural, undefined, query));
      default:
        break;
    }
    const path = this.#path(plural, operation, query);
    const body = operation.verb === 'get' ? undefined : this.#resolve(operation.body, plural, operation.name);
    switch (operation.verb) {
      case 'get':
        return this.#client.get(path, acceptOf(operation.as, ''));
      case 'delete':
        return this.#client.delete(path, body);
      case 'replace':
        return this.#client.put(path, body);
      case 'update': {
        const current = await this.#client.get(this.#path(plural, operation));
        return current.status === 200 ? this.#client.put(path, merged(current.body, body)) : current;
      }
      case 'patch':
        return this.#client.request('PATCH', path, body, { contentType: CONTENT_TYPES[operation.type] });
    }
  }

  async #pages({ plural, query, limit, between }: Extract<Operation, { verb: 'pages' }>): Promise<Outcome> {
    const outcomes: Outcome[] = [];
    let token: unknown;
    do {
      const paging = { limit: `${limit}`, ...(typeof token === 'string' && { continue: token }) };
      const reply = await this.#client.get(this.#path(plural, undefined, { ...query, ...paging }));
      outcomes.push(this.#outcomeOf(reply));
      if (token === undefined && between !== undefined && between.verb !== 'watch') {
        outcomes.push(await this.#perform(between));
      }
      token = reply.body['metadata']?.['continue'];
    } while (typeof token === 'string' && token !== '');
    return outcomes;
  }

  async #watch({ plural, query, from }: Extract<Operation, { verb: 'watch' }>): Promise<Watch> {
    const version = from === 'start' ? this.#starts.get(plural) : await this.#versionOf(plural);
    return this.#client.watch(
      this.#path(plural, undefined, {
        ...query,
        watch: 'true',
        resourceVersion: version ?? '',
        timeoutSeconds: '60',
      }),
    );
  }

  async #eventsOf(watch: Watch): Promise<Outcome> {
    const events: unknown[] = [];
    for (;;) {
      const event: WatchEvent = await watch.next();
      if (event.object['metadata']?.['name'] === (END.name as unknown)) {
        watch.close();
        return events;
      }
      // A server sends bookmarks when it likes.
      if (event.type !== 'BOOKMARK') {
        events.push(this.#normalizer.normalize(event));
      }
    }
  }

  async #versionOf(plural: Plural): Promise<string> {
    const { body } = await this.#client.get(this.#path(plural, undefined, { limit: '1' }));
    return `${body['metadata']?.['resourceVersion']}`;
  }

  #outcomeOf({ status, body }: Reply): Outcome {
    return this.#normalizer.normalize({ status, body });
  }

  #remember(plural: Plural, { body }: Reply): void {
    const { name, resourceVersion, uid } = textsOf(body['metadata']);
    if (name !== undefined && resourceVersion !== undefined) {
      const known = this.#knownOf(plural, name);
      known.uid = uid;
      if (known.versions.at(-1) !== resourceVersion) {
        known.versions.push(resourceVersion);
      }
    }
  }

  #knownOf(plural: Plural, name: string): Known {
    const key = `${plural}/${name}`;
    const known = this.#known.get(key) ?? { versions: [], uid: undefined };
    this.#known.set(key, known);
    return known;
  }

  #resolve(value: unknown, plural: Plural, name: string): unknown {
    const { versions, uid } = this.#knownOf(plural, name);
    const placeholders: Readonly<Record<string, string>> = {
      $current: versions.at(-1) ?? '1',
      $stale: versions.at(-2) ?? '1',
      $uid: uid ?? 'none',
    };
    return JSON.parse(
      JSON.stringify(value, (_key, one: unknown) =>
        typeof one === 'string' ? (placeholders[one] ?? one) : one,
      ),
    );
  }

  #path(
    plural: Plural,
    object?: { readonly name: string; readonly status?: boolean },
    query: Readonly<Record<string, string>> = {},
  ): string {
    const collection = `${KINDS[plural].root}/namespaces/${this.#namespace}/${plural}`;
    const path = object === undefined ? collection : `${collection}/${encodeURIComponent(object.name)}`;
    const parameters = new URLSearchParams(query).toString();
    return `${path}${object?.status === true ? '/status' : ''}${parameters === '' ? '' : `?${parameters}`}`;
  }
}

function acceptOf(representation: string | undefined, suffix: '' | 'List') {
  if (representation === undefined) {
    return {};
  }
  const kind = representation === 'Table' ? 'Table' : `${representation}${suffix}`;
  return { accept: `application/json;as=${kind};g=meta.k8s.io;v=v1` };
}

function textsOf(metadata: unknown): Readonly<Record<string, string | undefined>> {
  const entries = typeof metadata === 'object' && metadata !== null ? Object.entries(metadata) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** RFC 7396. */
function merged(target: unknown, change: unknown): unknown {
  if (!isObject(change)) {
    return change;
  }
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(change)) {
    if (value === null) {
      delete result[key];
    } else {
      result[key] = merged(result[key], value);
    }
  }
  return result;
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
