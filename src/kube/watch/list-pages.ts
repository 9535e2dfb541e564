import type { ResourcePath } from '../client/paths.ts';
import type { KubeRest, Query } from '../client/rest.ts';
import { type ListPage, parseListPage } from './watch-event.ts';

/** How a collection is listed. */
export interface ListRequest {
  readonly rest: KubeRest;
  readonly path: ResourcePath;
  readonly query: Query;
  /** Items in a page; `undefined` for all in one. */
  readonly limit: number | undefined;
  readonly accept?: string | undefined;
  readonly signal: AbortSignal;
}

/** The pages of a complete list, all of one version of the collection. Throws `KubeError` and `MalformedResponseError`. */
export async function* listPages({ rest, path, ...request }: ListRequest): AsyncGenerator<ListPage> {
  const { accept, signal, limit } = request;
  for (let token: string | undefined = ''; token !== undefined; ) {
    const query: Query = { ...request.query, limit, continue: token === '' ? undefined : token };
    const page = parseListPage(await rest.get(path, { query, accept, signal }));
    signal.throwIfAborted();
    yield page;
    token = page.continueToken === '' ? undefined : page.continueToken;
  }
}
