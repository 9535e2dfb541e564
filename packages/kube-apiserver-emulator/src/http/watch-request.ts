import type { ResourceType } from '../resource-type.ts';
import type { Selector } from '../selectors.ts';
import { readResourceVersion, readSelectors } from './options.ts';
import type { RequestInfo } from './request-info.ts';

/** Servers end a watch without timeoutSeconds after 30 to 60 minutes. */
const defaultTimeoutMs = 45 * 60_000;

/** What to watch. */
export interface WatchRequest {
  /** Empty: all namespaces. */
  readonly namespace: string;
  readonly labels: Selector;
  readonly fields: Selector;
  /** Events after this one; 0 for "from any point". */
  readonly revision: number;
  /** Begin with an ADDED event for each object that is there. */
  readonly initialState: boolean;
  /** End that beginning with a bookmark that says so. */
  readonly initialBookmark: boolean;
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
}

/** Reads the query of a watch. Fails with 400, and 500 for a resourceVersion that is no number. */
export function readWatchRequest(type: ResourceType, info: RequestInfo): WatchRequest {
  const revision = readResourceVersion(info);
  const sendInitial = info.query.get('sendInitialEvents');
  const bookmarks = isTrue(info.query.get('allowWatchBookmarks'));
  const seconds = Number(info.query.get('timeoutSeconds') ?? '0');
  return {
    namespace: type.namespaced ? info.namespace : '',
    ...readSelectors(type, info),
    revision,
    initialState: sendInitial === null ? revision === 0 : isTrue(sendInitial),
    initialBookmark: bookmarks && isTrue(sendInitial),
    bookmarks,
    timeoutMs: seconds > 0 ? seconds * 1000 : defaultTimeoutMs,
  };
}

function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}
