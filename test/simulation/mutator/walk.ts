import { derivedRandom, pick } from '../../soak/seeds.ts';
import type { Definitions } from '../environment/cluster.ts';
import { LATE_COMMIT_WINDOW_MS } from '../environment/settings.ts';
import { drawFault, FAULT_NAMES } from '../schedule/menu.ts';
import type { Fates } from '../wire/fate.ts';
import { CONNECTOR_KIND } from './connector/kind.ts';
import { differences } from './end-state.ts';
import { fieldsOf, mutationsOf } from './mutations.ts';
import { type ObjectSession, type Settled, withObject } from './object-session.ts';

/** What a walk did and what was wrong. */
export interface WalkResult {
  readonly steps: readonly string[];
  readonly wrong: readonly string[];
}

/** Shorter and longer than a reconcile, milliseconds. */
const GAPS = [0, 0, 20, 400, 5_000, 90_000];
/** How often the person gives a new code or refresh token at the end, where the connector asks for one. */
const MOST_GRANTS = 4;
const FAULTS = 0.1;
const FIELDS = fieldsOf(CONNECTOR_KIND);

/**
 * Changes some fields one after the other, most of them before the change before is done, and then all of them back. The
 * connector has to be as it was created. Every second seed has faults.
 */
export async function walk(definitions: Definitions, seed: number): Promise<WalkResult> {
  const random = derivedRandom(seed, 'walk');
  const base = pick(random, CONNECTOR_KIND.bases);
  const steps: string[] = [base.name];
  let isStormy = false;
  const fates: Fates = (call) => {
    const way = (): number => 1 + Math.floor(random.fraction() * 20);
    const fate = { connectMs: 0, travelMs: way(), answerMs: way() };
    const isStruck = isStormy && random.fraction() < FAULTS;
    return isStruck ? { ...fate, fault: drawFault(random, call, FAULT_NAMES) } : fate;
  };
  const wrong = await withObject(
    definitions,
    CONNECTOR_KIND,
    base,
    async (connector) => {
      await connector.create(connector.spec);
      const created = await connector.settle();
      isStormy = seed % 2 === 0;
      let spec = connector.spec;
      const length = 2 + Math.floor(random.fraction() * 7);
      for (let step = 0; step < length; step++) {
        const field = pick(random, FIELDS);
        const changes = mutationsOf(CONNECTOR_KIND, field, spec).filter(({ kind }) => kind !== 'refused');
        if (changes.length === 0) {
          continue;
        }
        const change = pick(random, changes);
        await connector.renew();
        const { status } = await connector.replace(change.spec);
        spec = status === 200 ? change.spec : spec;
        steps.push(`${change.kind} ${field.path} ${JSON.stringify(change.value)}: ${status}`);
        await connector.session.pass(pick(random, GAPS));
      }
      isStormy = false;
      const settled = await goBack(connector);
      return differences(created.state, settled.state);
    },
    fates,
  );
  return { steps, wrong };
}

async function goBack(connector: ObjectSession): Promise<Settled> {
  await connector.replace(connector.spec);
  await connector.session.pass(LATE_COMMIT_WINDOW_MS);
  let settled = await connector.settle();
  for (let grants = 0; grants < MOST_GRANTS && !settled.isReady; grants++) {
    await connector.renew();
    settled = await connector.settle();
  }
  return settled;
}
