import { z } from 'zod';
import { API_VERSION } from '../../../src/api/group.ts';
import type { ControlPlane } from '../controlplane/control-plane.ts';
import { eachLine } from './lines.ts';

const eventSchema = z.object({
  type: z.string(),
  object: z.object({
    metadata: z.object({ name: z.string().default('') }),
    status: z
      .object({
        conditions: z
          .array(z.object({ type: z.string(), status: z.string(), reason: z.string() }))
          .default([]),
      })
      .default({ conditions: [] }),
  }),
});

/** The condition Ready of the connectors of a namespace, by a watch, because repeated lists are expensive. */
export interface ReadyWatch {
  /** Number of Ready connectors. */
  count(): number;
  /** Number of connectors whose Ready has this reason. */
  countOf(reason: string): number;
  /** All reasons of Ready since the previous call, also those that are over. */
  reasons(): ReadonlySet<string>;
  stop(): void;
}

/** Watches the connectors of a namespace, including existing ones. */
export async function watchReady(plane: ControlPlane, namespace: string): Promise<ReadyWatch> {
  const states = new Map<string, { readonly isReady: boolean; readonly reason: string }>();
  let seen = new Set<string>();
  const stream = await plane.rest.stream(
    `/apis/${API_VERSION}/namespaces/${namespace}/infusionsoftconnectors?watch=true`,
  );
  eachLine(stream, (line) => {
    const { type, object } = eventSchema.parse(JSON.parse(line));
    const ready = object.status.conditions.find((one) => one.type === 'Ready');
    if (type === 'DELETED' || ready === undefined) {
      states.delete(object.metadata.name);
      return;
    }
    states.set(object.metadata.name, { isReady: ready.status === 'True', reason: ready.reason });
    seen.add(ready.reason);
  });
  return {
    count: () => [...states.values()].filter(({ isReady }) => isReady).length,
    countOf: (reason) => [...states.values()].filter((one) => one.reason === reason).length,
    reasons() {
      const reasons = seen;
      seen = new Set([...states.values()].map(({ reason }) => reason));
      return reasons;
    },
    stop: () => void stream.destroy(),
  };
}
