import { z } from 'zod';
import type { ControlPlane } from './control-plane.ts';

const leasesSchema = z.object({
  items: z.array(z.object({ spec: z.object({ holderIdentity: z.string().default('') }) })),
});

/** The holders of the Leases of a namespace, without those that are released. */
export async function leaseHolders(
  { rest }: Pick<ControlPlane, 'rest'>,
  namespace: string,
): Promise<readonly string[]> {
  const { body } = await rest.request('GET', `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`);
  return leasesSchema
    .parse(body)
    .items.map(({ spec }) => spec.holderIdentity)
    .filter((holder) => holder !== '');
}
