import { expect, it } from 'vitest';
import type { Subject } from '../soak/model/subject.ts';
import { compileDefinitions } from './environment/cluster.ts';
import { createConnector } from './environment/stage.ts';
import { openSession } from './session.ts';
import type { Api, Fate } from './wire/fate.ts';

/** Bytes of bodies. */
interface Bytes {
  sent: number;
  received: number;
}

/**
 * Bodies between the operator and both APIs, for each connector, without watches and the Lease. A change of more than a
 * tenth needs a new record.
 */
const RECORDED: Record<'creation' | 'deletion', Readonly<Record<Api, Bytes>>> = {
  creation: { kubernetes: { sent: 4_870, received: 18_180 }, external: { sent: 450, received: 2_910 } },
  deletion: { kubernetes: { sent: 580, received: 12_220 }, external: { sent: 0, received: 2_850 } },
};

const TOLERANCE = 0.1;
const CONNECTORS = 4;
/** Time for a change, before the next listing of the account, milliseconds. */
const CHANGE_MS = 20_000;
const FATE: Fate = { connectMs: 0, travelMs: 2, answerMs: 3 };

/** The bytes for each connector of its creation and its deletion. */
async function measure(): Promise<typeof RECORDED> {
  let bytes = { kubernetes: { sent: 0, received: 0 }, external: { sent: 0, received: 0 } };
  const session = await openSession({
    seed: 1,
    definitions: await compileDefinitions(),
    connectors: CONNECTORS,
    element: 'infusionsoftrest',
    fates: () => FATE,
    onAnswer({ api, target, isWatch, body = '' }, response) {
      if (!isWatch && !target.includes('/leases')) {
        bytes[api].sent += Buffer.byteLength(body);
        bytes[api].received += Buffer.byteLength(response);
      }
    },
  });
  const { environment, stage, monitor } = session;
  // An operator without connectors has no timer of its own.
  const pass = (): Promise<void> => {
    environment.clock.schedule(CHANGE_MS, () => undefined);
    return session.pass(CHANGE_MS);
  };
  const bytesOf = async (change: (subject: Subject) => Promise<void>) => {
    bytes = { kubernetes: { sent: 0, received: 0 }, external: { sent: 0, received: 0 } };
    await Promise.all(stage.subjects.map(change));
    await pass();
    const each = (api: Api): Bytes => ({
      sent: Math.round(bytes[api].sent / CONNECTORS),
      received: Math.round(bytes[api].received / CONNECTORS),
    });
    return { kubernetes: each('kubernetes'), external: each('external') };
  };
  try {
    environment.startOperator(1);
    await pass();
    const creation = await bytesOf((subject) => createConnector(stage, subject));
    const deletion = await bytesOf((subject) =>
      environment.team.remove('InfusionsoftConnector', subject.name),
    );
    expect(monitor.violations).toEqual([]);
    return { creation, deletion };
  } finally {
    await environment.stop();
  }
}

it('sends and receives the recorded bytes for each connector', async () => {
  const measured = await measure();
  for (const change of ['creation', 'deletion'] as const) {
    for (const api of ['kubernetes', 'external'] as const) {
      for (const way of ['sent', 'received'] as const) {
        const [bytes, recorded] = [measured[change][api][way], RECORDED[change][api][way]];
        const what = `bytes of a ${change}, ${api}, ${way}`;
        expect(bytes, what).toBeGreaterThanOrEqual(recorded * (1 - TOLERANCE));
        expect(bytes, what).toBeLessThanOrEqual(recorded * (1 + TOLERANCE));
      }
    }
  }
});
