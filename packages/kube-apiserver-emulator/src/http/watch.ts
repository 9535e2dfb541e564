import type { KubeObject } from '../objects.ts';
import { selects } from '../operations/list.ts';
import { EventPresenter } from '../render/event.ts';
import type { ResourceType } from '../resource-type.ts';
import { ApiError, expired } from '../status.ts';
import { type Change, HistoryExpired } from '../store.ts';
import type { Exchange } from './context.ts';
import { readPresentation } from './options.ts';
import { readWatchRequest, type WatchRequest } from './watch-request.ts';

/** A last bookmark goes out this long before the end. */
const lastBookmarkMs = 2_000;

/** GET with `watch`: writes events until the client, the time-out or the server ends it. */
export function watchHandler(exchange: Exchange, type: ResourceType): void {
  const { context, info, request } = exchange;
  const how = readPresentation(context, info, request.headers.accept);
  new WatchStream(exchange, type, readWatchRequest(type, info), new EventPresenter(type, how)).open();
}

class WatchStream {
  readonly #exchange: Exchange;
  readonly #type: ResourceType;
  readonly #request: WatchRequest;
  readonly #presenter: EventPresenter;
  readonly #cleanups: (() => void)[] = [];
  /** The revision up to which the client has all events. */
  #seen = 0;
  #closed = false;

  constructor(exchange: Exchange, type: ResourceType, request: WatchRequest, presenter: EventPresenter) {
    this.#exchange = exchange;
    this.#type = type;
    this.#request = request;
    this.#presenter = presenter;
  }

  open(): void {
    const { response, faults, info, silent } = this.#exchange;
    response.writeHead(200, { 'Cache-Control': 'no-cache, private', 'Content-Type': 'application/json' });
    response.flushHeaders();
    response.on('close', () => this.#close());
    const control = {
      request: info,
      reset: () => {
        response.destroy();
        this.#close();
      },
      end: () => this.#end(),
      fail: (status: unknown) => this.#fail(status),
      line: (line: unknown) => this.#writeLine(typeof line === 'string' ? line : JSON.stringify(line)),
    };
    this.#cleanups.push(faults.register(control));
    if (!silent) {
      this.#start();
    }
  }

  #start(): void {
    try {
      if (this.#request.initialState) {
        this.#sendState();
      } else {
        this.#sendHistory();
      }
    } catch (error) {
      this.#failStart(error);
      return;
    }
    const { context } = this.#exchange;
    this.#cleanups.push(
      context.store.subscribe((change) => this.#deliver(change)),
      context.clock.schedule(this.#request.timeoutMs, () => this.#end()),
    );
    this.#scheduleBookmarks();
  }

  #failStart(error: unknown): void {
    if (error instanceof HistoryExpired) {
      this.#fail(expired(`too old resource version: ${error.asked} (${error.oldest})`).status);
    } else if (error instanceof ApiError) {
      this.#end(); // The stream has begun: there is no way to say that the form asked for does not exist.
    } else {
      throw error;
    }
  }

  #sendState(): void {
    const { entries, revision } = this.#exchange.context.store.list(this.#type.collection);
    this.#seen = revision;
    for (const [key, object] of entries) {
      if (this.#covers(key) && selects(this.#type, this.#request, object)) {
        this.#send('ADDED', object);
      }
    }
    if (this.#request.initialBookmark) {
      this.#bookmark({ 'k8s.io/initial-events-end': 'true' });
    }
  }

  #sendHistory(): void {
    const { store } = this.#exchange.context;
    this.#seen = this.#request.revision === 0 ? store.revision : this.#request.revision;
    for (const change of store.changesAfter(this.#type.collection, this.#seen)) {
      this.#deliver(change);
    }
  }

  #covers(key: string): boolean {
    return this.#request.namespace === '' || key.startsWith(`${this.#request.namespace}/`);
  }

  #deliver(change: Change): void {
    if (change.revision <= this.#seen) {
      return;
    }
    this.#seen = change.revision;
    if (change.collection !== this.#type.collection || !this.#covers(change.key)) {
      return;
    }
    const { object, previous, type } = change;
    const before = previous !== undefined && selects(this.#type, this.#request, previous);
    const after = type !== 'DELETED' && selects(this.#type, this.#request, object);
    if (after) {
      this.#send(before ? 'MODIFIED' : 'ADDED', object);
    } else if (before) {
      // An object that left the selection is shown as it was, at the revision at which it left.
      this.#send('DELETED', type === 'DELETED' ? object : atRevision(previous, change.revision));
    }
  }

  #send(type: string, stored: KubeObject): void {
    this.#write(type, this.#presenter.object(stored, this.#exchange.context.clock.now()));
  }

  #bookmark(annotations?: Readonly<Record<string, string>>): void {
    this.#write('BOOKMARK', JSON.stringify(this.#presenter.bookmark(this.#seen, annotations)));
  }

  #write(type: string, json: string): void {
    this.#writeLine(`{"type":"${type}","object":${json}}`);
  }

  #writeLine(line: string): void {
    if (!this.#closed) {
      this.#exchange.response.write(`${line}\n`);
    }
  }

  #scheduleBookmarks(): void {
    if (!this.#request.bookmarks) {
      return;
    }
    const { context, bookmarkIntervalMs } = this.#exchange;
    let cancel = (): void => undefined;
    const next = (): void => {
      cancel = context.clock.schedule(bookmarkIntervalMs, () => {
        this.#bookmark();
        next();
      });
    };
    next();
    this.#cleanups.push(() => cancel());
    if (this.#request.timeoutMs > lastBookmarkMs) {
      const delayMs = this.#request.timeoutMs - lastBookmarkMs;
      this.#cleanups.push(context.clock.schedule(delayMs, () => this.#bookmark()));
    }
  }

  #fail(status: unknown): void {
    this.#write('ERROR', JSON.stringify(status));
    this.#end();
  }

  #end(): void {
    this.#exchange.response.end();
    this.#close();
  }

  #close(): void {
    if (!this.#closed) {
      this.#closed = true;
      for (const cleanup of this.#cleanups) {
        cleanup();
      }
    }
  }
}

function atRevision(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}
