import { z } from 'zod';
import type { Stage } from '../environment/stage.ts';
import type { WireCall } from '../wire/fate.ts';
import type { Violation } from './violation.ts';

const resource = z.object({
  metadata: z.object({ uid: z.string(), deletionTimestamp: z.string().optional() }),
  status: z.object({ removing: z.object({ id: z.number() }).optional() }).default({}),
});

/** While a resource lives, its status names an instance before the call that deletes it. */
export function checkRemoval(
  { environment: { cluster, simulation } }: Stage,
  report: (violation: Violation) => void,
): (call: WireCall) => void {
  return ({ api, method, target, number }) => {
    const [, id] = /\/instances\/(\d+)$/.exec(target) ?? [];
    if (api !== 'external' || method !== 'DELETE' || id === undefined) {
      return;
    }
    const instance = simulation.instances().find((one) => String(one.id) === id);
    for (const [, stored] of cluster.server.store.list('infusionsoftconnectors.openconnectors.dev').entries) {
      const { metadata, status } = resource.parse(stored);
      const isOwner = instance?.tags.includes(`k8s-uid-${metadata.uid}`) === true;
      if (isOwner && metadata.deletionTimestamp === undefined && status.removing?.id !== Number(id)) {
        const text = `request ${number} deletes instance ${id} without its id in status.removing`;
        report({ property: 'removal recorded', text });
      }
    }
  };
}
