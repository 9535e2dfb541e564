import { z } from 'zod';
import { objectPath, wellKnown } from '../kube/client/paths.ts';
import type { KubeRest } from '../kube/client/rest.ts';

const namespaceSchema = z.object({ metadata: z.object({ uid: z.string().min(1) }) });

/** The uid of the namespace `kube-system`, the usual identity of a cluster. Throws `KubeError`. */
export async function loadClusterId(rest: KubeRest): Promise<string> {
  const response = await rest.get(objectPath(wellKnown.namespaces, undefined, 'kube-system'));
  return namespaceSchema.parse(response).metadata.uid;
}
