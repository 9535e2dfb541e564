import type { OperatorLogger } from '@dot-i/k8s-operator';
import { describeError } from '../client/describe-error.ts';
import { isKubeError } from '../client/errors.ts';
import { isRecord } from '../client/object.ts';
import type { HandlerContext, HandlerResult, ResourceHandler } from '../operator-options.ts';
import { PrimaryResource } from '../watch/primary-resource.ts';
import type { Store } from '../watch/store.ts';
import { parseQueueKey } from './queue-key.ts';
import { RequeueAfter } from './requeue-after.ts';
import type { WorkQueue } from './work-queue.ts';

interface Entry {
  readonly resource: PrimaryResource;
  /** By watched namespace; the empty one serves all. */
  readonly handlers: Map<string, ResourceHandler>;
}

/** Calls the handler that a key of the queue is for, and decides when the key has to come again. */
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

  /** Handles one key of `queue`: what the handler asks for or throws becomes a delay, a backoff or nothing. */
  async dispatch(key: string, queue: WorkQueue, context: HandlerContext): Promise<void> {
    const { id, namespace, name } = parseQueueKey(key);
    const entry = this.#entries.get(id);
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

  #retry(key: string, queue: WorkQueue, error: unknown, signal: AbortSignal): void {
    if (signal.aborted) {
      this.#log.info(`handling ${key} ended early: ${describeError(error)}`);
      return;
    }
    const delayMs = Math.round(queue.retry(key));
    const message = `handling ${key} failed, again in ${delayMs} ms: ${describeError(error)}`;
    // After a conflict somebody else was quicker, and the newer state is on its way: no error.
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
