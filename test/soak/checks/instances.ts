import type { InstanceSnapshot } from 'open-connectors-simulator/out-of-band.ts';
import { CLUSTER_ID } from '../model/cluster-id.ts';
import type { ConnectorView } from '../model/connector-view.ts';
import type { Sightings } from '../model/sightings.ts';
import type { Finding } from './finding.ts';

const uidOf = ({ tags }: InstanceSnapshot): string =>
  tags.find((tag) => tag.startsWith('k8s-uid-'))?.slice('k8s-uid-'.length) ?? '';

const isOurs = ({ tags }: InstanceSnapshot): boolean => tags.includes(`k8s-cluster-${CLUSTER_ID}`);

/** Instances of this cluster whose resource does not exist. */
export function findOrphans(
  instances: readonly InstanceSnapshot[],
  views: readonly ConnectorView[],
  sightings: Pick<Sightings, 'subjectOf'>,
): readonly Finding[] {
  const uids = new Set(views.map(({ uid }) => uid));
  return instances
    .filter((instance) => isOurs(instance) && !uids.has(uidOf(instance)))
    .map((instance) => ({
      subject: sightings.subjectOf(instance.id),
      text: `instance ${instance.id} (created ${instance.createdDate}) belongs to the resource ${uidOf(instance)}, which does not exist`,
    }));
}

/** Instances beyond the first of one resource, except for one that is being replaced. */
export function findDuplicates(
  instances: readonly InstanceSnapshot[],
  views: readonly ConnectorView[],
): readonly Finding[] {
  return views.flatMap(({ key, uid, replacingId }) => {
    const own = instances.filter(
      (instance) => isOurs(instance) && uidOf(instance) === uid && instance.id !== replacingId,
    );
    const ids = own.map(({ id, connector }) => `${id} (${connector})`).join(', ');
    return own.slice(1).map(() => ({ subject: key, text: `the resource has the instances ${ids}` }));
  });
}
