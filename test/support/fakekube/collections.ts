import { isRecord } from '../../../src/kube/client/object.ts';
import { mergePatch } from './merge-patch.ts';

/** A stored object. */
export interface Stored {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid: string;
    resourceVersion: string;
    finalizers?: string[];
    deletionTimestamp?: string;
    [key: string]: unknown;
  };
  [key: string]: unknown;
}

/** One event of a watch. */
export interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: Stored;
}

/** An error, sent as a `metav1.Status`. */
export class Refusal extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
    this.reason = reason;
  }
}

/** The objects of one resource type with their history. */
export class Collection {
  readonly apiVersion: string;
  readonly plural: string;
  readonly changes: Change[] = [];
  readonly #objects = new Map<string, Stored>();
  readonly #nextVersion: () => number;
  readonly #onChange: (change: Change) => void;

  constructor(
    apiVersion: string,
    plural: string,
    nextVersion: () => number,
    onChange: (change: Change) => void,
  ) {
    this.apiVersion = apiVersion;
    this.plural = plural;
    this.#nextVersion = nextVersion;
    this.#onChange = onChange;
  }

  list(namespace: string | undefined): Stored[] {
    const all = [...this.#objects.values()];
    return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
  }

  get(namespace: string | undefined, name: string): Stored {
    const found = this.#objects.get(`${namespace ?? ''}/${name}`);
    if (found === undefined) {
      throw new Refusal(404, 'NotFound');
    }
    return found;
  }

  create(namespace: string | undefined, body: unknown): Stored {
    const given = isRecord(body) ? body : {};
    const metadata = isRecord(given['metadata']) ? given['metadata'] : {};
    const name = String(metadata['name']);
    const key = `${namespace ?? ''}/${name}`;
    if (this.#objects.has(key)) {
      throw new Refusal(409, 'AlreadyExists');
    }
    const version = this.#nextVersion();
    const object: Stored = {
      ...given,
      apiVersion: this.apiVersion,
      kind: String(given['kind'] ?? this.plural),
      metadata: {
        ...metadata,
        name,
        ...(namespace === undefined ? {} : { namespace }),
        uid: `uid-${version}`,
        resourceVersion: String(version),
      },
    };
    this.#objects.set(key, object);
    this.#tell({ version, type: 'ADDED', object });
    return object;
  }

  patch(namespace: string | undefined, name: string, patch: unknown, subresource?: string): Stored {
    const current = this.get(namespace, name);
    requireVersion(current, patch);
    const { status, ...rest } = isRecord(patch) ? patch : {};
    // The status is written through its subresource only, and nothing else is.
    const part = subresource === 'status' ? { status } : rest;
    return this.#store(current, mergePatch(current, part) as Stored);
  }

  replace(namespace: string | undefined, name: string, body: unknown, subresource?: string): Stored {
    const current = this.get(namespace, name);
    requireVersion(current, body);
    const given = isRecord(body) ? body : {};
    const next =
      subresource === 'status' ? { ...current, status: given['status'] } : { ...current, ...given };
    return this.#store(current, { ...next, metadata: { ...current.metadata } } as Stored);
  }

  delete(namespace: string | undefined, name: string): Stored {
    const current = this.get(namespace, name);
    const finalizers = current.metadata.finalizers ?? [];
    if (finalizers.length === 0) {
      return this.#drop(current);
    }
    const metadata = { ...current.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
    return this.#store(current, { ...current, metadata });
  }

  /** Returns a function that restores the current objects and history. */
  backup(): () => void {
    const objects = [...this.#objects];
    const changes = [...this.changes];
    return () => {
      this.#objects.clear();
      for (const [key, object] of objects) {
        this.#objects.set(key, object);
      }
      this.changes.splice(0, Number.POSITIVE_INFINITY, ...changes);
    };
  }

  #store(current: Stored, next: Stored): Stored {
    const version = this.#nextVersion();
    const { name, namespace, uid } = current.metadata;
    const object: Stored = {
      ...next,
      metadata: { ...next.metadata, name, uid, resourceVersion: String(version) },
    };
    const finalizers = object.metadata.finalizers ?? [];
    if (object.metadata.deletionTimestamp !== undefined && finalizers.length === 0) {
      return this.#drop(object);
    }
    this.#objects.set(`${namespace ?? ''}/${name}`, object);
    this.#tell({ version, type: 'MODIFIED', object });
    return object;
  }

  #drop(current: Stored): Stored {
    const version = this.#nextVersion();
    const { name, namespace } = current.metadata;
    const object: Stored = {
      ...current,
      metadata: { ...current.metadata, resourceVersion: String(version) },
    };
    this.#objects.delete(`${namespace ?? ''}/${name}`);
    this.#tell({ version, type: 'DELETED', object });
    return object;
  }

  #tell(change: Change): void {
    this.changes.push(change);
    this.#onChange(change);
  }
}

function requireVersion(current: Stored, body: unknown): void {
  const metadata = isRecord(body) ? body['metadata'] : undefined;
  const wanted = isRecord(metadata) ? metadata['resourceVersion'] : undefined;
  if (wanted !== undefined && wanted !== current.metadata.resourceVersion) {
    throw new Refusal(409, 'Conflict');
  }
}
