import { setTimeout as delay } from 'node:timers/promises';
import type { Simulator } from 'open-connectors-simulator/simulator.ts';
import { Agent, request } from 'undici';

const DEFAULT_INTERVAL_MS = 20;

/** An application that calls Infusionsoft through its connection Secret until it is stopped. */
export interface Application {
  /** The token of the latest call. */
  readonly token: () => string | undefined;
  readonly calls: () => number;
  /** Status codes of calls that failed. */
  readonly failures: readonly number[];
  /** Rejects with the error of a call without a response, which ends the application. */
  stop(): Promise<void>;
}

/** Where an application finds its connection Secret, such as a namespace. */
export interface ConnectionSecrets {
  secret(name: string): Promise<{ readonly values: Readonly<Record<string, string>> } | undefined>;
}

/** How an application obtains its token. */
export interface ApplicationOptions {
  readonly simulator: Pick<Simulator, 'baseUrl' | 'caPem' | 'credentials'>;
  readonly namespace: ConnectionSecrets;
  readonly secret: string;
  /** Wall clock, milliseconds. */
  readonly now: () => number;
  /** How long it keeps a token that it has read, milliseconds; 0: it reads the Secret before each call. */
  readonly keepsForMs: number;
  /** Time between two calls, milliseconds; absent: 20. */
  readonly intervalMs?: number;
}

/** Starts an application. */
export function startApplication({
  simulator,
  namespace,
  secret,
  now,
  keepsForMs,
  intervalMs = DEFAULT_INTERVAL_MS,
}: ApplicationOptions): Application {
  const dispatcher = new Agent({ connect: { ca: simulator.caPem } });
  const url = `${simulator.baseUrl}/elements/api-v2/hubs/crm/contacts?pageSize=1`;
  const failures: number[] = [];
  const state = { isStopped: false, calls: 0, token: '', readAt: Number.NEGATIVE_INFINITY };

  const tokenNow = async (): Promise<string> => {
    if (now() - state.readAt >= keepsForMs) {
      const found = await namespace.secret(secret);
      state.token = found?.values['element-token'] ?? '';
      state.readAt = now();
    }
    return state.token;
  };
  const call = async (): Promise<void> => {
    const { userSecret, organizationSecret } = simulator.credentials;
    const authorization = `User ${userSecret}, Organization ${organizationSecret}, Element ${await tokenNow()}`;
    const response = await request(url, { dispatcher, headers: { authorization } });
    await response.body.dump();
    state.calls += 1;
    if (response.statusCode !== 200) {
      failures.push(response.statusCode);
    }
  };
  const run = async (): Promise<void> => {
    while (!state.isStopped) {
      await call();
      await delay(intervalMs);
    }
  };
  const ended = run().finally(() => dispatcher.close());
  // `stop` rejects with an error; without a caller it must not count as unhandled.
  ended.catch(() => undefined);
  return {
    token: () => (state.token === '' ? undefined : state.token),
    calls: () => state.calls,
    failures,
    async stop() {
      state.isStopped = true;
      await ended;
    },
  };
}
