import type { RandomFaults } from 'open-connectors-simulator/faults.ts';
import { until } from '../measure/until.ts';
import type { TenantProgress } from '../stage/tenant.ts';
import { createFilledTenant, operatorsOf, type Program, type ScenarioContext } from './context.ts';
import { WORDS } from './names.ts';
import type { FaultResult } from './result.ts';
import { orEnded, settled } from './waits.ts';

const LIMIT_MS = 1_800_000;
/** Longer than the operator waits for the outcome of a create: CREATE_DEADLINE and SEARCH_GRACE. */
const UNCHANGED_MS = 180_000;

/** The same faults for each program. */
const FAULTS: RandomFaults = {
  seed: 1,
  match: { operation: 'createInstance' },
  mix: [
    { rate: 0.05, fault: { kind: 'throttle', retryAfterSeconds: 1 } },
    { rate: 0.02, fault: { kind: 'status', status: 502 } },
    { rate: 0.01, fault: { kind: 'reset', when: 'before' } },
    { rate: 0.02, fault: { kind: 'reset', when: 'after' } },
  ],
};

/** What is left when every connector is Ready or requests a code, or when nothing changed for three minutes. */
export async function measureFaults(context: ScenarioContext): Promise<readonly FaultResult[]> {
  const results: FaultResult[] = [];
  for (const program of operatorsOf(context)) {
    context.progress(`faults: ${WORDS[program.name]}`);
    results.push(await creationsOf(context, program));
  }
  return results;
}

async function creationsOf(context: ScenarioContext, { name, start }: Program): Promise<FaultResult> {
  const { stage, connectors } = context;
  const { simulator } = stage;
  const tenant = await createFilledTenant(stage, connectors);
  const before = new Set(simulator.instances().map(({ id }) => id));
  const sentBefore = new Set(simulator.ledger.codesSentTwice().map(({ fingerprint }) => fingerprint));
  simulator.faults.random(FAULTS);
  const from = performance.now();
  const subject = start(tenant.namespace);
  try {
    let last: TenantProgress | undefined;
    let since = from;
    const isDone = async (): Promise<boolean> => {
      const now = await tenant.progress();
      if (last?.ready !== now.ready || last.asking !== now.asking) {
        last = now;
        since = performance.now();
      }
      return now.ready + now.asking === connectors || performance.now() - since > UNCHANGED_MS;
    };
    await orEnded(subject, until(isDone, LIMIT_MS, 'The end of creations'));
    const wallMs = since - from;
    simulator.faults.random(undefined);
    await settled(stage);
    const { ready, asking, instances } = await tenant.progress();
    const created = simulator.instances().filter(({ id }) => !before.has(id));
    // A 429 of the platform proves that the request was not processed; the code may be sent again.
    const sentTwice = simulator.ledger
      .codesSentTwice()
      .filter(({ fingerprint, entries }) => !sentBefore.has(fingerprint) && isRisky(entries));
    return {
      connectors,
      program: name,
      wallMs,
      ready,
      asking,
      orphans: created.filter(({ id }) => !instances.has(id)).length,
      codesSentTwice: sentTwice.length,
    };
  } finally {
    simulator.faults.random(undefined);
    await subject.stop();
  }
}

/** Whether a request before the last one may have been processed. */
function isRisky(entries: readonly { readonly fault: string | undefined }[]): boolean {
  return entries.slice(0, -1).some(({ fault }) => fault !== 'throttle');
}
