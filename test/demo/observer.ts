import type { Condition } from '../../src/api/condition.ts';
import { ACCOUNT_NAMES, CONNECTOR_NAMES } from '../../src/api/group.ts';
import { parseAccount, parseConnector } from '../../src/api/parse.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { changesBetween } from './changes.ts';
import type { Cluster, WatchLine } from './cluster.ts';
import { DemoFailure } from './failure.ts';
import type { Screen } from './screen.ts';

type Seen = ReturnType<typeof parseConnector> | ReturnType<typeof parseAccount>;

/** Timeout of each wait, milliseconds. */
const maxWaitMs = 30_000;

/** The expected state of one condition. */
export interface Wanted {
  readonly type?: string;
  readonly status: Condition['status'];
  readonly reason?: string;
}

/** Watches connectors and accounts of a namespace, prints every changed condition, and waits for conditions. */
export interface Observer {
  /** Resolves when the condition (default Ready) is as expected for the current generation. */
  until(kind: string, name: string, wanted: Wanted): Promise<Condition>;
  untilGone(kind: string, name: string): Promise<void>;
  /** Rejects if a watch fails; never resolves. */
  readonly untilItFails: Promise<never>;
}

/** Starts the watches; `signal` ends them. */
export function observe(cluster: Cluster, screen: Screen, clock: Clock, signal: AbortSignal): Observer {
  const seen = new Map<string, Seen>();
  const waiting = new Set<() => void>();

  const take = (kind: string, { type, object }: WatchLine): void => {
    const now = kind === CONNECTOR_NAMES.kind ? parseConnector(object) : parseAccount(object);
    const key = `${kind}/${now.metadata.name}`;
    for (const change of changesBetween(conditionsOf(seen.get(key)), conditionsOf(now))) {
      screen.change(now.metadata.name, change);
    }
    if (type === 'DELETED') {
      seen.delete(key);
      screen.change(now.metadata.name, { type: kind, status: 'gone', reason: '', message: '' });
    } else {
      seen.set(key, now);
    }
    for (const look of waiting) {
      look();
    }
  };
  const follow = async (kind: string): Promise<never> => {
    for await (const line of cluster.watch(kind, signal)) {
      take(kind, line);
    }
    throw signal.reason;
  };
  const wait = async <T>(attempt: () => T | undefined, otherwise: () => string): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const look = (): void => {
      const result = attempt();
      if (result !== undefined) {
        resolve(result);
      }
    };
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const cancel = clock.schedule(maxWaitMs, () =>
      reject(new DemoFailure(`${otherwise()} after ${maxWaitMs / 1000} seconds.`)),
    );
    waiting.add(look);
    look();
    try {
      return await promise;
    } finally {
      waiting.delete(look);
      cancel();
      signal.removeEventListener('abort', onAbort);
    }
  };

  const untilItFails = Promise.race([ACCOUNT_NAMES.kind, CONNECTOR_NAMES.kind].map(follow));
  // Callers that wait get this rejection; without a caller it must not count as unhandled.
  untilItFails.catch(() => undefined);
  return {
    untilItFails,
    until: (kind, name, { type = 'Ready', status, reason }) =>
      wait(
        () => {
          const object = seen.get(`${kind}/${name}`);
          const isCurrent = object?.status?.observedGeneration === object?.metadata.generation;
          const found = conditionsOf(object).find((condition) => condition.type === type);
          const fits = found?.status === status && (reason === undefined || found.reason === reason);
          return isCurrent && fits ? found : undefined;
        },
        () => `${name} is still not ${type}=${status}${reason === undefined ? '' : ` (${reason})`}`,
      ),
    untilGone: async (kind, name) => {
      await wait(
        () => (seen.has(`${kind}/${name}`) ? undefined : true),
        () => `${name} is still there`,
      );
    },
  };
}

function conditionsOf(object: Seen | undefined): readonly Condition[] {
  return object?.status?.conditions ?? [];
}
