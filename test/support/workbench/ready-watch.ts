import { z } from 'zod';
import { API_VERSION } from '../../../src/api/group.ts';
import type { ControlPlane } from '../controlplane/control-plane.ts';
import { eachLine } from './lines.ts';

const eventSchema = z.object({
  type: z.string(),
  object: z.object({
    metadata: z.object({ name: z.string().default('') }),
    status: z
      .object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) })
      .default({ conditions: [] }),
  }),
});

/** The number of Ready connectors of a namespace, by a watch, because repeated lists are expensive. */
export interface ReadyWatch {
  count(): number;
  stop(): void;
}

/** Counts the Ready connectors of a namespace, including existing ones. */
export async function watchReady(plane: ControlPlane, namespace: string): Promise<ReadyWatch> {
  const ready = new Set<string>();
  const stream = await plane.rest.stream(
    `/apis/${API_VERSION}/namespaces/${namespace}/infusionsoftconnectors?watch=true`,
  );
  eachLine(stream, (line) => {
    const { type, object } = eventSchema.parse(JSON.parse(line));
    const isReady = object.status.conditions.some((one) => one.type === 'Ready' && one.status === 'True');
    if (type !== 'DELETED' && isReady) {
      ready.add(object.metadata.name);
    } else {
      ready.delete(object.metadata.name);
    }
  });
  return { count: () => ready.size, stop: () => void stream.destroy() };
}
