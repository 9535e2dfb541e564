import type { InstanceSnapshot } from 'open-connectors-simulator/out-of-band.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Random } from '../../../src/runtime/random.ts';
import type { ForeignInstance } from '../model/foreign.ts';
import type { Subject } from '../model/subject.ts';
import type { Stage } from '../stage/stage.ts';

/** The context of operations. */
export interface StormContext {
  readonly stage: Stage;
  readonly clock: Clock;
  readonly subjects: readonly Subject[];
  /** Instances of other owners; operations add to it. */
  readonly foreign: ForeignInstance[];
}

/** Runs one operation. Returns a description, or `undefined` if it does not apply now. */
export type Operation = (
  context: StormContext,
  subject: Subject,
  random: Random,
) => Promise<string | undefined>;

/** Instances with the uid of the existing resource. */
export function ownInstances({ stage }: StormContext, subject: Subject): readonly InstanceSnapshot[] {
  const uid = stage.connectors.of(subject.key)?.view.uid;
  return uid === undefined
    ? []
    : stage.bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-uid-${uid}`));
}
