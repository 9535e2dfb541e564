import type { InstanceSnapshot } from 'open-connectors-simulator/out-of-band.ts';
import type { Finding } from '../../soak/checks/finding.ts';
import { findDuplicates, findOrphans } from '../../soak/checks/instances.ts';
import { outcomeOf } from '../../soak/checks/settled.ts';
import { findUntruths } from '../../soak/checks/truth.ts';
import type { ConnectorView } from '../../soak/model/connector-view.ts';
import type { Subject } from '../../soak/model/subject.ts';
import type { Stage } from '../environment/stage.ts';
import type { Property, Violation } from './violation.ts';

/** What must hold when faults and edits have ended for long enough. */
export async function checkEnd({ environment, subjects, connectors }: Stage): Promise<readonly Violation[]> {
  const instances = environment.simulation.instances();
  const views = connectors.all();
  const of = (property: Property, findings: readonly Finding[]): readonly Violation[] =>
    findings.map(({ subject, text }) => ({ property, text: `${subject ?? 'a connector'}: ${text}` }));
  const unsettled: Finding[] = [];
  const isOutage = looksLikeOutage(subjects, views, instances);
  const untrue: Finding[] = [];
  for (const subject of subjects) {
    const view = connectors.of(subject.key)?.view;
    const outcome = outcomeOf(subject, view);
    const isExplained = isOutage && view?.ready?.reason === 'ProviderUnavailable';
    unsettled.push(...(outcome.kind === 'unsettled' && !isExplained ? [outcome.finding] : []));
    // A disabled instance is not pinged, so that nobody can know whether its grant still works.
    const known = subject.wanted.enabled ? instances : instances.map((one) => ({ ...one, works: true }));
    untrue.push(...(view === undefined ? [] : await findUntruths(subject, view, known)));
  }
  return [
    ...of('settled', unsettled),
    ...of('true', untrue),
    ...of('one instance', findOrphans(instances, views, { subjectOf: () => undefined })),
    ...of('one instance', findDuplicates(instances, views)),
  ];
}

/**
 * Whether users revoked the grants of all connectors, of two client_ids at least. Nothing tells that from an outage of the
 * provider, during which nobody is asked for consent.
 */
function looksLikeOutage(
  subjects: readonly Subject[],
  views: readonly ConnectorView[],
  instances: readonly InstanceSnapshot[],
): boolean {
  const inUse = instances.filter(({ id }) => views.some(({ instanceId }) => instanceId === id));
  const clients = new Set(subjects.map(({ app }) => app.clientId));
  return clients.size > 1 && inUse.length > 1 && inUse.every(({ works }) => !works);
}
