import type { InfusionsoftConnector } from '../../../src/api/connector.ts';
import { poll } from '../controlplane/poll.ts';
import type { Namespace } from '../workbench/cluster.ts';
import type { Workbench } from '../workbench/workbench.ts';
import type { Site } from './site.ts';
import { locationOf } from './visitor.ts';

/** Gives the consent of many connectors, one after the other. */
export interface ConsentRobot {
  /** Number of consents so far. */
  given(): number;
  /** Ends after the current consent. Throws where the robot failed. */
  stop(): Promise<void>;
}

/** The longest run of a robot, milliseconds. */
const LIFETIME_MS = 3_600_000;

/**
 * Starts a robot that consents for each connector of `names` that shows a start page. A consent that fails, such as while
 * no operator serves the pages, is repeated.
 */
export function startConsentRobot(
  bench: Workbench,
  site: Site,
  namespace: Namespace,
  names: readonly string[],
): ConsentRobot {
  const usedCodes = new Set<string>();
  let isStopped = false;
  const consentFor = async ({ status }: InfusionsoftConnector): Promise<void> => {
    const { startUrl, codeSecretName } = status?.authorization ?? {};
    const code =
      startUrl === undefined || codeSecretName === undefined
        ? undefined
        : (await namespace.secret(codeSecretName))?.values['code'];
    if (startUrl === undefined || code === undefined || usedCodes.has(code)) {
      return;
    }
    try {
      const visitor = site.visitor();
      const { provider } = await visitor.begin(startUrl, code);
      locationOf(await visitor.get(await bench.simulator.consent(provider, { approve: true })));
      usedCodes.add(code);
    } catch {
      // The operator may just be down; the next round tries again.
    }
  };
  const ended = poll(
    async () => {
      for (const one of await namespace.connectors()) {
        if (!isStopped && names.includes(one.metadata.name)) {
          await consentFor(one);
        }
      }
      return isStopped ? true : undefined;
    },
    LIFETIME_MS,
    () => 'the robot was not stopped',
  );
  return {
    given: () => usedCodes.size,
    async stop() {
      isStopped = true;
      await ended;
    },
  };
}
