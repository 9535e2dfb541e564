import type { Context } from '../context.ts';
import type { KubeObject } from '../objects.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Selector } from '../selectors.ts';
import { badRequest, expired, tooLargeResourceVersion } from '../status.ts';
import { HistoryExpired, type Snapshot } from '../store.ts';

/** What to list. */
export interface ListRequest {
  /** Empty: all namespaces. */
  readonly namespace: string;
  readonly labels: Selector;
  readonly fields: Selector;
  /** 0: no limit. */
  readonly limit: number;
  readonly continueToken: string;
  /** As asked for; 0 when any will do. */
  readonly resourceVersion: number;
  readonly exact: boolean;
}

/** One page of a list, in the stored form. */
export interface Page {
  readonly objects: readonly KubeObject[];
  readonly revision: number;
  /** Empty on the last page. */
  readonly continueToken: string;
  readonly remaining: number | undefined;
}

interface Continuation {
  /** -1: the client goes on with what is there now. */
  readonly revision: number;
  /** Keys below this one were seen. */
  readonly start: string;
}

const expiredContinue =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.';

/** Lists stored objects; pages of one list show one moment. Fails with ApiError. */
export function listObjects(context: Context, type: ResourceType, request: ListRequest): Page {
  const prefix = request.namespace === '' ? '' : `${request.namespace}/`;
  const from = request.continueToken === '' ? undefined : decodeContinue(request.continueToken);
  const snapshot = snapshotFor(context, type, request, from);
  const start = from === undefined ? '' : prefix + from.start;
  const selected: (readonly [string, KubeObject])[] = [];
  let end = '';
  for (const entry of snapshot.entries) {
    const [key, object] = entry;
    if (key.startsWith(prefix) && key >= start) {
      end = key > end ? key : end;
      if (selects(type, request, object)) {
        selected.push(entry);
      }
    }
  }
  const page = request.limit > 0 ? selected.slice(0, request.limit) : selected;
  const last = page.at(-1);
  // A server does not look whether the rest is selected: a last page can be empty.
  const more = request.limit > 0 && page.length === request.limit && last !== undefined && last[0] < end;
  const selective = !request.labels.empty || !request.fields.empty;
  return {
    objects: page.map(([, object]) => object),
    revision: snapshot.revision,
    continueToken: more ? encodeContinue(snapshot.revision, `${last[0].slice(prefix.length)}\0`) : '',
    remaining: more && !selective ? selected.length - page.length : undefined,
  };
}

/** True when the selectors of a list or watch select this stored object. */
export function selects(
  type: ResourceType,
  request: { readonly labels: Selector; readonly fields: Selector },
  object: KubeObject,
): boolean {
  return (
    (request.labels.empty || request.labels.matches(object.metadata.labels ?? {})) &&
    (request.fields.empty || request.fields.matches(type.fields(object)))
  );
}

function snapshotFor(
  context: Context,
  type: ResourceType,
  request: ListRequest,
  from: Continuation | undefined,
): Snapshot {
  const { store } = context;
  if (from !== undefined) {
    if (from.revision < 0) {
      return store.list(type.collection);
    }
    try {
      return store.listAt(type.collection, from.revision);
    } catch (error) {
      if (error instanceof HistoryExpired) {
        throw expired(expiredContinue, { continue: encodeContinue(-1, from.start) });
      }
      throw error;
    }
  }
  if (request.resourceVersion > store.revision) {
    throw tooLargeResourceVersion(request.resourceVersion, store.revision);
  }
  if (!request.exact) {
    return store.list(type.collection);
  }
  try {
    return store.listAt(type.collection, request.resourceVersion);
  } catch (error) {
    if (error instanceof HistoryExpired) {
      throw expired('The resourceVersion for the provided list is too old.');
    }
    throw error;
  }
}

function encodeContinue(revision: number, start: string): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start })).toString('base64url');
}

function decodeContinue(token: string): Continuation {
  try {
    const { rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Record<string, unknown>;
    if (typeof rv === 'number' && typeof start === 'string') {
      return { revision: rv, start };
    }
  } catch (error) {
    throw badRequest(
      `invalid continue token: continue key is not valid: ${error instanceof Error ? error.message : 'unreadable'}`,
    );
  }
  throw badRequest('invalid continue token: continue key is not valid: unrecognized content');
}
