import type { Simulator } from 'open-connectors-simulator/simulator.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { type Application, startApplication } from '../../support/applications/application.ts';
import { poll } from '../../support/controlplane/poll.ts';
import type { Cluster } from '../cluster.ts';
import { DemoFailure } from '../failure.ts';

/** Name of the application that has the token from the console, and of the one that follows the connection Secret. */
export type ApplicationName = 'billing' | 'newsletter';

/** Timeout of a call, milliseconds. */
const maxWaitMs = 30_000;

/** Applications that call Infusionsoft without a break. */
export interface Applications {
  /** Starts `billing`, which has this token and keeps it. */
  startWithToken(token: string): void;
  /** Starts `newsletter`, which reads its token from a connection Secret before each call. */
  startWithSecret(secret: string): void;
  /** Waits until the application calls with `token`, then for further calls. */
  untilItCallsWith(name: ApplicationName, token: string): Promise<void>;
  /** Such as `412 calls, 0 failed`. */
  resultOf(name: ApplicationName): string;
  /** Throws if a call of any application failed. */
  requireNoFailure(): void;
  /** Rejects if an application ended by itself. */
  stop(): Promise<void>;
}

/** The applications of the demo, none of which runs yet. */
export function applicationsOf(simulator: Simulator, cluster: Cluster, clock: Clock): Applications {
  const running = new Map<ApplicationName, Application>();
  const start = (
    name: ApplicationName,
    secret: string,
    read: () => Promise<string>,
    keepsForMs: number,
  ): void => {
    const application = startApplication({
      simulator,
      namespace: { secret: async () => ({ values: { 'element-token': await read() } }) },
      secret,
      now: clock.now,
      keepsForMs,
    });
    running.set(name, application);
  };
  const find = (name: ApplicationName): Application => {
    const application = running.get(name);
    if (application === undefined) {
      throw new Error(`the application ${name} does not run`);
    }
    return application;
  };
  return {
    startWithToken: (token) => start('billing', '', async () => token, Number.POSITIVE_INFINITY),
    startWithSecret: (secret) =>
      start('newsletter', secret, () => cluster.readValue(secret, 'element-token'), 0),
    async untilItCallsWith(name, token) {
      const application = find(name);
      const otherwise = () => `The application ${name} does not call with the expected token.`;
      const isDone = (holds: boolean) => Promise.resolve(holds ? true : undefined);
      await poll(() => isDone(application.token() === token), maxWaitMs, otherwise);
      const from = application.calls();
      await poll(() => isDone(application.calls() > from + 3), maxWaitMs, otherwise);
    },
    resultOf(name) {
      const { calls, failures } = find(name);
      return `${calls()} calls, ${failures.length} failed`;
    },
    requireNoFailure() {
      for (const [name, { failures }] of running) {
        if (failures.length > 0) {
          throw new DemoFailure(`Calls of the application ${name} failed (${failures.join(', ')}).`);
        }
      }
    },
    async stop() {
      await Promise.all([...running.values()].map((application) => application.stop()));
    },
  };
}
