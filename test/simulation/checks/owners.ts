import { z } from 'zod';
import { findChangedForeign } from '../../soak/checks/foreign.ts';
import { CLUSTER_ID } from '../../soak/model/cluster-id.ts';
import { HOME } from '../environment/cluster.ts';
import type { Stage } from '../environment/stage.ts';
import type { Violation } from './violation.ts';

const tombstones = z.object({ data: z.record(z.string(), z.string()).default({}) });

/** Compares the instances with the resources. */
export interface OwnerCheck {
  /** To be called after each step that may have changed an instance or a resource. */
  look(): void;
}

/** Each instance has an owner at every moment, and other owners keep theirs. */
export function checkOwners(
  { environment, connectors, foreign }: Stage,
  report: (violation: Violation) => void,
): OwnerCheck {
  const { cluster, simulation } = environment;
  const isWatchedLate = (uid: string): boolean => {
    const stored = cluster.server.store.get('secrets', `${HOME}/infusionsoft-connector-operator-tombstones`);
    return stored !== undefined && Object.hasOwn(tombstones.parse(stored).data, uid);
  };
  const ownerless = (): readonly { readonly id: number; readonly uid: string }[] => {
    const uids = new Set(connectors.all().map(({ uid }) => uid));
    return simulation
      .instances()
      .filter(({ tags }) => tags.includes(`k8s-cluster-${CLUSTER_ID}`))
      .map(({ id, tags }) => ({
        id,
        uid: tags.find((tag) => tag.startsWith('k8s-uid-'))?.slice('k8s-uid-'.length) ?? '',
      }))
      .filter(({ uid }) => !uids.has(uid) && !isWatchedLate(uid));
  };
  const look = (property: 'owned instance' | 'finalizer last'): void => {
    for (const { id, uid } of ownerless()) {
      report({ property, text: `instance ${id} belongs to resource ${uid}, which does not exist` });
    }
  };
  cluster.server.store.subscribe(({ collection, type }) => {
    if (type === 'DELETED' && collection.startsWith('infusionsoftconnectors')) {
      look('finalizer last');
    }
  });
  return {
    look() {
      look('owned instance');
      const { changed } = findChangedForeign(simulation.ledger, simulation.instances(), foreign);
      for (const { text } of changed) {
        report({ property: 'foreign instance', text });
      }
    },
  };
}
