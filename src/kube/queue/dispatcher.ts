import type { OperatorLogger } from '@dot-i/k8s-operator';
import { describeError } from '../client/describe-error.ts';
import { isKubeError } from '../client/errors.ts';
import { isRecord } from '../client/object.ts';
import { resourceId } from '../client/paths.ts';
import type { HandlerContext, HandlerResult, ResourceHandler } from '../operator-options.ts';
import { PrimaryResource } from '../watch/primary-resource.ts';
import type { Store } from '../watch/store.ts';
import { formatQueueKey, type QueueKey } from './queue-key.ts';
import { RequeueAfter } from './requeue-after.ts';
import type { WorkQueue } from './work-queue.ts';

interface Entry {
  readonly resource: PrimaryResource;
  /** By watched namespace; the empty one is for all. */
  readonly handlers: Map<string, ResourceHandler>;
}

/** Calls the handler of a key, and requeues the key by the handler's result or error. */
export class Dispatcher {
  readonly #entries = new Map<string, Entry>();
  readonly #log: OperatorLogger;

  constructor(log: OperatorLogger) {
    this.#log = log;
  }

  /** Has `handler` called for the objects of `store`, in `namespace` or, when that is empty, in all without their own. */
  register(id: string, namespace: string, store: Store, handler: ResourceHandler): PrimaryResource {
    const entry = this.#entries.get(id) ?? { resource: new PrimaryResource(id, store), handlers: new Map() };
    this.#entries.set(id, entry);
    entry.handlers.set(namespace, handler);
    return entry.resource;
  }

  /** Handles one key of `queue` and requeues it with a delay, with backoff, or not at all. */
  async dispatch(key: QueueKey, queue: WorkQueue<QueueKey>, context: HandlerContext): Promise<void> {
    const { namespace = '', name } = key.object;
    const entry = this.#entries.get(resourceId(key.resource));
    const handler = entry?.handlers.get(namespace) ?? entry?.handlers.get('');
    if (entry === undefined || handler === undefined) {
      return;
    }
    try {
      let result: HandlerResult | undefined;
      for (const event of entry.resource.eventsFor(namespace, name)) {
        result = await outcomeOf(handler(event, context));
        entry.resource.done(event);
      }
      queue.forget(key);
      if (result !== undefined) {
        queue.addAfter(key, result.requeueAfterMs);
      }
    } catch (error) {
      this.#retry(key, queue, error, context.signal);
    }
  }

  #retry(key: QueueKey, queue: WorkQueue<QueueKey>, error: unknown, signal: AbortSignal): void {
    if (signal.aborted) {
      this.#log.info(`Stopped handling ${formatQueueKey(key)}: ${describeError(error)}`);
      return;
    }
    const delayMs = Math.round(queue.retry(key));
    const message = `Failed to handle ${formatQueueKey(key)}, retrying in ${delayMs} ms: ${describeError(error)}`;
    // After a conflict the watch delivers the newer state: not an error.
    if (isKubeError(error, 'conflict')) {
      this.#log.debug(message);
    } else {
      this.#log.error(message);
    }
  }
}

async function outcomeOf(result: ReturnType<ResourceHandler>): Promise<HandlerResult | undefined> {
  try {
    // A handler may be typed to return nothing at all.
    const value: unknown = await result;
    const requeueAfterMs = isRecord(value) ? value['requeueAfterMs'] : undefined;
    return typeof requeueAfterMs === 'number' ? { requeueAfterMs } : undefined;
  } catch (error) {
    if (error instanceof RequeueAfter) {
      return { requeueAfterMs: error.delayMs };
    }
    throw error;
  }
}
