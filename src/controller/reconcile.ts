import type { InfusionsoftConnector } from '../api/connector.ts';
import { type Act, act } from './act/index.ts';
import { decide } from './decide.ts';
import { observe } from './observe.ts';
import { type PassObserver, UNOBSERVED } from './pass-observer.ts';
import type { ConnectorPorts } from './ports.ts';
import { type PassOutcome, report } from './report.ts';

/** More steps than any way through `decide` has: a pass that takes longer goes in a circle. */
const MAX_STEPS = 40;

/** Sees each step before it is carried out; for tests. */
export type StepObserver = (connector: InfusionsoftConnector, step: Act) => void;

/**
 * One pass over one resource: observe, then decide and act until there is a verdict, then report. Throws `KubeError`
 * (a conflict among them), the signal's reason, or a defect; the queue calls again with backoff.
 */
export async function reconcile(
  ports: ConnectorPorts,
  connector: InfusionsoftConnector,
  signal: AbortSignal,
  onStep: StepObserver = () => undefined,
  observer: PassObserver = UNOBSERVED,
): Promise<PassOutcome> {
  let world = observe(ports, connector);
  for (let steps = 0; steps < MAX_STEPS; steps += 1) {
    signal.throwIfAborted();
    const step = decide(world);
    if (step.do === 'finish') {
      observer.concluded(world.connector, step.verdict);
      return report(ports, world, step.verdict);
    }
    onStep(world.connector, step);
    const before = world;
    world = await observer.step(step, () => act(ports, before, step, signal));
  }
  throw new Error(`no verdict after ${MAX_STEPS} steps`);
}
