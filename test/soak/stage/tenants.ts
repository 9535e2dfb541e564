import type { Credentials } from 'open-connectors-simulator/tenancy.ts';
import { account, secret } from '../../support/workbench/manifests.ts';
import type { Workbench } from '../../support/workbench/workbench.ts';
import type { AccountName, Tenant } from '../model/subject.ts';

/** Low enough that calls wait in the rate limiter. */
const LIMITS = { requestsPerSecond: 15, burst: 10, concurrency: 4 } as const;

/** Two namespaces, each with an account in an organization of its own and one in an organization that both share. */
export async function createTenants(bench: Workbench): Promise<readonly Tenant[]> {
  const { simulator } = bench;
  const other = simulator.addOrganization({ name: 'Other' });
  const spare = simulator.addOrganization({ name: 'Spare' });
  return Promise.all([simulator.credentials, other].map((own) => createTenant(bench, own, spare)));
}

async function createTenant(bench: Workbench, own: Credentials, spare: Credentials): Promise<Tenant> {
  const namespace = await bench.namespace('soak');
  const accounts: readonly (readonly [AccountName, Credentials])[] = [
    ['sap', own],
    ['spare', spare],
  ];
  for (const [name, { userSecret, organizationSecret }] of accounts) {
    const credentialsSecretRef = { name: `${name}-account` };
    await namespace.create(
      secret(credentialsSecretRef.name, { userSecret, organizationSecret }),
      account(name, bench.simulator.baseUrl, { credentialsSecretRef, limits: LIMITS, timeoutSeconds: 5 }),
    );
  }
  return { namespace, userId: own.userId };
}
