import { RemoteError } from '../errors/remote-error.ts';
import type { Instance } from '../port.ts';
import { parseInstances } from '../schemas.ts';
import type { Caller } from '../transport/call.ts';

const PAGE_SIZE = 200;
/** 200,000 instances. More pages indicate that the paging does not work. */
const MOST_PAGES = 1_000;
/** 200 instances of 160 KiB; a usual one has 4. */
const MAX_PAGE_BYTES = 32 * 1024 * 1024;

type Filter = readonly (readonly [name: string, value: string])[];

interface Page {
  readonly instances: readonly Instance[];
  readonly next: string | undefined;
}

/**
 * `GET /instances?tags[]=<tag>&hydrate=true`, page by page. Instances that show their tags without the tag are omitted,
 * because the search of Open Connectors may match too much. @throws RemoteError as `listAllInstances`.
 */
export async function listInstancesByTag(
  call: Caller,
  tag: string,
  signal: AbortSignal | undefined,
): Promise<readonly Instance[]> {
  const found = await listPages(call, [['tags[]', tag]], signal);
  return found.filter((instance) => instance.tags?.includes(tag) ?? true);
}

/**
 * `GET /instances?hydrate=true`, page by page: every instance of the account. @throws RemoteError of class `unexpected`
 * after `MOST_PAGES`, or for a 404 after the first page: an incomplete list must not count as complete.
 */
export function listAllInstances(
  call: Caller,
  signal: AbortSignal | undefined,
): Promise<readonly Instance[]> {
  return listPages(call, [], signal);
}

/** An instance that moved between pages appears once, in its latest state. */
async function listPages(
  call: Caller,
  filter: Filter,
  signal: AbortSignal | undefined,
): Promise<readonly Instance[]> {
  const found = new Map<number, Instance>();
  const asked = new Set<string | undefined>();
  let token: string | undefined;
  do {
    asked.add(token);
    if (asked.size > MOST_PAGES) {
      throw new RemoteError('unexpected', `The list of instances has more than ${MOST_PAGES} pages`);
    }
    const page = await readPage(call, filter, token, signal);
    for (const instance of page.instances) {
      found.set(instance.id, instance);
    }
    token = page.next;
    // A repeated token leads to pages that were already read.
  } while (token !== undefined && !asked.has(token));
  return [...found.values()];
}

async function readPage(
  call: Caller,
  filter: Filter,
  token: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Page> {
  try {
    return await call(
      {
        operation: 'list-instances',
        effect: 'none',
        method: 'GET',
        path: '/instances',
        query: [
          ...filter,
          ['hydrate', 'true'],
          ['pageSize', String(PAGE_SIZE)],
          ...(token === undefined ? [] : [['nextPage', token] as const]),
        ],
        maxResponseBytes: MAX_PAGE_BYTES,
        read: (response) => ({
          instances: parseInstances(response),
          next: response.headers['elements-next-page-token'] || undefined,
        }),
      },
      signal,
    );
  } catch (error) {
    if (!(error instanceof RemoteError) || error.class !== 'not-found') {
      throw error;
    }
    if (token === undefined) {
      // A search without a result returns 404.
      return { instances: [], next: undefined };
    }
    // The list is incomplete, so that its missing instances must not count as deleted.
    throw new RemoteError('unexpected', `A later page of the list is missing: ${error.message}`, {
      status: error.status,
    });
  }
}
