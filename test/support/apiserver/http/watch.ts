import type { KubeObject } from '../objects.ts';
import { selects } from '../operations/list.ts';
import { type Presentation, presentObject } from '../render/present.ts';
import { tableOf } from '../render/table.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Selector } from '../selectors.ts';
import { expired } from '../status.ts';
import { type Change, HistoryExpired } from '../store.ts';
import type { Exchange } from './context.ts';
import { readPresentation, readResourceVersion, readSelectors } from './options.ts';

/** Servers end a watch that names no time by themselves, after half an hour to an hour. */
const defaultTimeoutMs = 45 * 60_000;
/** A last bookmark goes out this long before the end. */
const lastBookmarkMs = 2_000;

interface WatchRequest {
  readonly namespace: string;
  readonly labels: Selector;
  readonly fields: Selector;
  readonly revision: number;
  readonly initialState: boolean;
  readonly initialBookmark: boolean;
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
}

/** GET with `watch`: writes events until the client, the time-out or the server ends it. */
export function watchHandler(exchange: Exchange, type: ResourceType): void {
  const { context, info, request } = exchange;
  const how = readPresentation(context, info, request.headers.accept);
  new WatchStream(exchange, type, readWatchRequest(type, exchange), how).open();
}

function readWatchRequest(type: ResourceType, { info }: Exchange): WatchRequest {
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

class WatchStream {
  private readonly exchange: Exchange;
  private readonly type: ResourceType;
  private readonly request: WatchRequest;
  private readonly how: Presentation;
  private readonly cleanups: (() => void)[] = [];
  /** The revision up to which the client has been told everything. */
  private seen = 0;
  private columnsSent = false;
  private closed = false;

  constructor(exchange: Exchange, type: ResourceType, request: WatchRequest, how: Presentation) {
    this.exchange = exchange;
    this.type = type;
    this.request = request;
    this.how = how;
  }

  open(): void {
    const { response, faults, info, silent } = this.exchange;
    response.writeHead(200, { 'Cache-Control': 'no-cache, private', 'Content-Type': 'application/json' });
    response.flushHeaders();
    response.on('close', () => this.close());
    this.cleanups.push(
      faults.register({
        request: info,
        reset: () => response.destroy(),
        end: () => this.end(),
        fail: (status) => this.fail(status),
      }),
    );
    if (silent) {
      return;
    }
    try {
      this.start();
    } catch (error) {
      if (!(error instanceof HistoryExpired)) {
        throw error;
      }
      this.fail(expired(`too old resource version: ${error.asked} (${error.oldest})`).status);
    }
  }

  private start(): void {
    const { context } = this.exchange;
    const { store } = context;
    const { collection } = this.type;
    const { revision, initialState } = this.request;
    if (initialState) {
      const { entries, revision: current } = store.list(collection);
      this.seen = current;
      for (const [key, object] of entries) {
        if (this.covers(key) && selects(this.type, this.request, object)) {
          this.send('ADDED', object);
        }
      }
      if (this.request.initialBookmark) {
        this.bookmark({ 'k8s.io/initial-events-end': 'true' });
      }
    } else {
      this.seen = revision === 0 ? store.revision : revision;
      for (const change of store.changesAfter(collection, this.seen)) {
        this.deliver(change);
      }
    }
    this.cleanups.push(store.subscribe((change) => this.deliver(change)));
    this.scheduleBookmarks();
    this.cleanups.push(context.clock.schedule(this.request.timeoutMs, () => this.end()));
  }

  private covers(key: string): boolean {
    return this.request.namespace === '' || key.startsWith(`${this.request.namespace}/`);
  }

  private deliver(change: Change): void {
    if (change.revision <= this.seen) {
      return;
    }
    this.seen = change.revision;
    if (change.collection !== this.type.collection || !this.covers(change.key)) {
      return;
    }
    const { object, previous, type } = change;
    const before = previous !== undefined && selects(this.type, this.request, previous);
    const after = type !== 'DELETED' && selects(this.type, this.request, object);
    if (after) {
      this.send(before ? 'MODIFIED' : 'ADDED', object);
    } else if (before) {
      // An object that left the selection is shown as it was, at the revision at which it left.
      this.send('DELETED', type === 'DELETED' ? object : atRevision(previous, change.revision));
    }
  }

  private send(type: string, stored: KubeObject): void {
    this.write(type, this.present(stored));
  }

  private present(stored: KubeObject): unknown {
    if (this.how.as !== 'Table') {
      return presentObject(this.type, stored, this.how);
    }
    const object = this.type.encode(stored);
    const columns = !this.columnsSent;
    this.columnsSent = true;
    const nowMs = this.exchange.context.clock.now();
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    return tableOf(this.type, [object], metadata, { ...this.how, nowMs, columns });
  }

  private write(type: string, object: unknown): void {
    if (!this.closed) {
      this.exchange.response.write(`${JSON.stringify({ type, object })}\n`);
    }
  }

  private bookmark(annotations?: Readonly<Record<string, string>>): void {
    const { kind, group, version } = this.type;
    const stored: KubeObject = {
      kind,
      apiVersion: group === '' ? version : `${group}/${version}`,
      metadata: {
        resourceVersion: String(this.seen),
        ...(annotations === undefined ? {} : { annotations }),
      },
    };
    const shown =
      this.how.as === undefined
        ? { ...stored, metadata: { ...stored.metadata, creationTimestamp: null } }
        : this.presentBookmark(stored);
    this.write('BOOKMARK', shown);
  }

  private presentBookmark(object: KubeObject): unknown {
    const { as, metaVersion } = this.how;
    return as === 'Table'
      ? {
          kind: as,
          apiVersion: `meta.k8s.io/${metaVersion}`,
          metadata: object.metadata,
          columnDefinitions: null,
          rows: [],
        }
      : { kind: as, apiVersion: `meta.k8s.io/${metaVersion}`, metadata: object.metadata };
  }

  private scheduleBookmarks(): void {
    if (!this.request.bookmarks) {
      return;
    }
    const { context, bookmarkIntervalMs } = this.exchange;
    let cancel: () => void;
    const next = (): void => {
      cancel = context.clock.schedule(bookmarkIntervalMs, () => {
        this.bookmark();
        next();
      });
    };
    next();
    this.cleanups.push(() => cancel());
    if (this.request.timeoutMs > lastBookmarkMs) {
      this.cleanups.push(
        context.clock.schedule(this.request.timeoutMs - lastBookmarkMs, () => this.bookmark()),
      );
    }
  }

  private fail(status: unknown): void {
    this.write('ERROR', status);
    this.end();
  }

  private end(): void {
    this.exchange.response.end();
    this.close();
  }

  private close(): void {
    if (!this.closed) {
      this.closed = true;
      for (const cleanup of this.cleanups) {
        cleanup();
      }
    }
  }
}

function atRevision(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}
