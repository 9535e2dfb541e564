import type { Credentials } from '../../support/openconnectors/tenancy.ts';
import { account, secret } from '../../support/workbench/manifests.ts';
import type { Workbench } from '../../support/workbench/workbench.ts';
import type { Tenant } from '../model/subject.ts';

/** Low enough that calls have to wait for their turn. */
const LIMITS = { requestsPerSecond: 15, burst: 10, concurrency: 4 } as const;

/** Two namespaces, each with an account in an organization of its own. */
export async function createTenants(bench: Workbench): Promise<readonly Tenant[]> {
  const { simulator } = bench;
  const others = simulator.addOrganization({ name: 'Other' });
  return Promise.all([simulator.credentials, others].map((credentials) => createTenant(bench, credentials)));
}

async function createTenant(bench: Workbench, credentials: Credentials): Promise<Tenant> {
  const namespace = await bench.namespace('soak');
  const { userSecret, organizationSecret } = credentials;
  await namespace.create(
    secret('sap-account', { userSecret, organizationSecret }),
    account('sap', bench.simulator.baseUrl, { limits: LIMITS, timeoutSeconds: 5 }),
  );
  return { namespace, userId: credentials.userId };
}
