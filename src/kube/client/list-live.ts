import { z } from 'zod';
import { isKubeObject, type KubeObject } from './object.ts';
import { collectionPath, type ResourceType } from './paths.ts';
import type { KubeRest } from './rest.ts';

const PAGE_SIZE = 500;

const listSchema = z.object({
  items: z.array(z.unknown()),
  metadata: z.object({ continue: z.string().optional() }),
});

/** Lists a namespace as the API server shows it now, without the label selector of this operator. Throws `KubeError`. */
export async function listLive(
  rest: Pick<KubeRest, 'get'>,
  type: ResourceType,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const path = collectionPath(type, namespace);
  const found: KubeObject[] = [];
  let token: string | undefined;
  do {
    const page = listSchema.parse(
      await rest.get(path, { signal, query: { limit: PAGE_SIZE, continue: token } }),
    );
    found.push(...page.items.filter(isKubeObject));
    token = page.metadata.continue || undefined;
  } while (token !== undefined);
  return found;
}
