import type { InfusionsoftConnector, PlannedChange } from '../../../src/api/connector.ts';
import { type Bench, type BenchChange, bench } from './ports.ts';
import { workingRemote } from './remote.ts';

/** Calls that change nothing at Open Connectors. */
export const READS = ['readInstance', 'listInstancesByTag', 'organization', 'pingInstance'];

/** The resource with the policy Observe. */
export function observed(subject: InfusionsoftConnector): InfusionsoftConnector {
  return { ...subject, spec: { ...subject.spec, managementPolicy: 'Observe' } };
}

/** A bench whose Open Connectors has what the inventory lists. */
export function observedBench(change: BenchChange): Bench {
  const listed = change.listed ?? [];
  return bench({
    ...change,
    connector: observed(change.connector),
    listed,
    answers: workingRemote(new Map(listed.map((found) => [found.id, found]))),
  });
}

/** The plan in the stored status. */
export function planOf({ stored }: Bench): readonly PlannedChange[] {
  return stored().status?.plan ?? [];
}

/** Has the operator manage the resource from now on, as a user does. */
export function manage({ edit }: Bench): void {
  edit((subject) => ({
    ...subject,
    spec: { ...subject.spec, managementPolicy: 'Manage' },
    metadata: { ...subject.metadata, generation: subject.metadata.generation + 1 },
  }));
}
