import type { LedgerEntry } from 'open-connectors-simulator/ledger.ts';
import type { Tenant } from '../stage/tenant.ts';
import type { Subject } from '../subjects/subject.ts';
import { createFilledTenant, operatorsOf, type Program, type ScenarioContext } from './context.ts';
import { WORDS } from './names.ts';
import type { Timing } from './result.ts';
import { allReady, firstCall, settled } from './waits.ts';

const SAMPLES = 30;

/** A change that a user makes. Resolves with a filter of the calls that follow from it. */
interface Change {
  readonly event: string;
  /** Everything before the measured request. */
  prepare(sample: number): Promise<{ readonly act: Act; readonly matches: Filter }>;
}

type Filter = (entry: LedgerEntry) => boolean;

/** Sends the request. Resolves with the time before it, by the clock of the simulator. */
type Act = () => Promise<number>;

/** From a change to the first call that follows from it, with settled connectors and nothing else to do. */
export async function measureReaction(context: ScenarioContext): Promise<readonly Timing[]> {
  const timings: Timing[] = [];
  for (const program of operatorsOf(context)) {
    timings.push(...(await reactionsOf(context, program)));
  }
  return timings;
}

async function reactionsOf(context: ScenarioContext, program: Program): Promise<readonly Timing[]> {
  const { stage, connectors, options, progress } = context;
  const tenant = await createFilledTenant(stage, connectors);
  const subject = program.start(tenant.namespace);
  // The new client secrets are invented; the simulator must not refuse the calls through the instances for them.
  const { credentialsUsedOnEveryCall } = stage.simulator.knobs;
  stage.simulator.knobs.credentialsUsedOnEveryCall = false;
  try {
    await allReady(stage, tenant, connectors)(subject);
    const timings: Timing[] = [];
    for (const { event, prepare } of changesOf(tenant, connectors)) {
      progress(`reaction to ${event}: ${WORDS[program.name]}`);
      const samplesMs: number[] = [];
      for (let sample = 0; sample < (options.samples ?? SAMPLES); sample += 1) {
        const { act, matches } = await prepare(sample);
        samplesMs.push(await reactionTo(context, subject, act, matches));
      }
      timings.push({ scenario: 'reaction', connectors, event, program: program.name, samplesMs });
    }
    return timings;
  } finally {
    stage.simulator.knobs.credentialsUsedOnEveryCall = credentialsUsedOnEveryCall;
    await subject.stop();
  }
}

/** Milliseconds from before the request of `act` to the first call that `matches`. */
export async function reactionTo(
  { stage }: ScenarioContext,
  subject: Subject,
  act: Act,
  matches: Filter,
): Promise<number> {
  await settled(stage);
  const from = await act();
  const { at } = await firstCall(stage, subject, from, matches);
  await settled(stage);
  return at - from;
}

/** `request`, with the time before it. */
export function timed(request: () => Promise<void>): Act {
  return async () => {
    const from = Date.now();
    await request();
    return from;
  };
}

/** The calls that concern the instance of a connector. */
export async function callsOf(tenant: Tenant, index: number): Promise<Filter> {
  const path = `/instances/${await tenant.instanceOf(index)}`;
  return (entry) => entry.path === path;
}

function changesOf(tenant: Tenant, connectors: number): readonly Change[] {
  return [
    {
      event: 'edit',
      prepare: async (sample) => {
        const index = sample % connectors;
        const act = timed(() => tenant.editConnector(index, { instance: { tags: [`edit-${sample}`] } }));
        return { act, matches: await callsOf(tenant, index) };
      },
    },
    {
      event: 'Secret',
      prepare: async (sample) => {
        const index = sample % connectors;
        const act = timed(() => tenant.changeClientSecret(index, `secret-${sample}`));
        return { act, matches: await callsOf(tenant, index) };
      },
    },
    {
      event: 'new',
      prepare: async (sample) => {
        await tenant.createSecrets(1, connectors + sample);
        const act = timed(() => tenant.createConnectors(1, connectors + sample));
        return { act, matches: ({ operation }) => operation === 'createInstance' };
      },
    },
  ];
}
