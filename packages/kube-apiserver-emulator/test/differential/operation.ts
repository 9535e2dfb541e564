/** The kinds that the sequences use, by the plural. */
export const KINDS = {
  secrets: { root: '/api/v1', apiVersion: 'v1', kind: 'Secret' },
  configmaps: { root: '/api/v1', apiVersion: 'v1', kind: 'ConfigMap' },
  widgets: { root: '/apis/example.com/v1', apiVersion: 'example.com/v1', kind: 'Widget' },
  gadgets: { root: '/apis/example.com/v1', apiVersion: 'example.com/v1', kind: 'Gadget' },
} as const;

export type Plural = keyof typeof KINDS;

/** JSON of a request body. Strings that begin with `$` are replaced by `resolve`. */
export type Body = Readonly<Record<string, unknown>>;

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

interface OnCollection {
  readonly plural: Plural;
  readonly query?: Readonly<Record<string, string>>;
}

interface OnObject extends OnCollection {
  readonly name: string;
  readonly status?: boolean;
}

/**
 * One request, or a few that belong together. It holds nothing of a server: the placeholders `$current` and `$stale` stand
 * for resourceVersions of the object and `$uid` for its uid, as the server answered before.
 */
export type Operation =
  | (OnCollection & { readonly verb: 'create'; readonly body: Body })
  /** Reads the object, merges `body` into it and replaces it. */
  | (OnObject & { readonly verb: 'update'; readonly body: Body })
  /** Replaces the object with `body`. */
  | (OnObject & { readonly verb: 'replace'; readonly body: Body })
  | (OnObject & { readonly verb: 'patch'; readonly type: PatchType; readonly body: unknown })
  | (OnObject & { readonly verb: 'delete'; readonly body: Body })
  | (OnObject & { readonly verb: 'get'; readonly as?: Representation })
  | (OnCollection & { readonly verb: 'delete-collection' })
  | (OnCollection & { readonly verb: 'list'; readonly as?: Representation })
  /** Lists in pages of `limit`; `between` happens after the first page. */
  | (OnCollection & { readonly verb: 'pages'; readonly limit: number; readonly between?: Operation })
  /** Watches from the beginning of the sequence, or from now on; its events are compared at the end. */
  | (OnCollection & { readonly verb: 'watch'; readonly from: 'start' | 'now' });

/** Another form of an object or a list. */
export type Representation = 'Table' | 'PartialObjectMetadata';

/** An operation in one line. */
export function describeOperation(operation: Operation): string {
  return JSON.stringify(operation);
}
