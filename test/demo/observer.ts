import type { Condition } from '../../src/api/condition.ts';
import { ACCOUNT_NAMES, CONNECTOR_NAMES } from '../../src/api/group.ts';
import { parseAccount, parseConnector } from '../../src/api/parse.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { changesBetween } from './changes.ts';
import type { Cluster, WatchLine } from './cluster.ts';
import { DemoFailure } from './failure.ts';
import type { Screen } from './screen.ts';

type Seen = ReturnType<typeof parseConnector> | ReturnType<typeof parseAccount>;

/** How long anything may take before the demonstration gives up, milliseconds. */
const maxWaitMs = 30_000;

/** What is wanted of one condition. */
export interface Wanted {
  readonly type?: string;
  readonly status: Condition['status'];
  readonly reason?: string;
}

/** Watches the connectors and the accounts of a namespace, shows every change of a condition, and waits for them. */
export interface Observer {
  /** Resolves when the condition (Ready unless another is named) is as wanted, for the spec as it is now. */
  until(kind: string, name: string, wanted: Wanted): Promise<Condition>;
  untilGone(kind: string, name: string): Promise<void>;
  /** Rejects when watching fails; never resolves. */
  readonly untilItFails: Promise<never>;
}

/** Begins to watch; ends with `signal`. */
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
  // Whoever waits for it hears of it; that nobody may be waiting just now is no error.
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
