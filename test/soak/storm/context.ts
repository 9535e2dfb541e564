import type { InstanceSnapshot } from 'open-connectors-simulator/out-of-band.ts';
import type { Simulation } from 'open-connectors-simulator/simulation.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Random } from '../../../src/runtime/random.ts';
import type { AuditLog } from '../model/audit-log.ts';
import type { ConnectorWatch } from '../model/connector-watch.ts';
import type { ForeignInstance } from '../model/foreign.ts';
import type { Subject } from '../model/subject.ts';
import type { Stage } from '../stage/stage.ts';

/** The servers that operations act on, with or without processes. */
export interface OperationStage {
  readonly bench: { readonly simulator: Simulation };
  readonly connectors: Pick<ConnectorWatch, 'of'>;
  readonly auditLog: Pick<AuditLog, 'note'>;
}

/** The context of operations. */
export interface OperationContext {
  readonly stage: OperationStage;
  readonly clock: Clock;
  readonly subjects: readonly Subject[];
  /** Instances of other owners; operations add to it. */
  readonly foreign: ForeignInstance[];
}

/** The context of a storm over processes. */
export interface StormContext extends OperationContext {
  readonly stage: Stage;
}

/** Runs one operation. Returns a description, or `undefined` if it does not apply now. */
export type Operation = (
  context: OperationContext,
  subject: Subject,
  random: Random,
) => Promise<string | undefined>;

/** Instances with the uid of the existing resource. */
export function ownInstances({ stage }: OperationContext, subject: Subject): readonly InstanceSnapshot[] {
  const uid = stage.connectors.of(subject.key)?.view.uid;
  return uid === undefined
    ? []
    : stage.bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-uid-${uid}`));
}
