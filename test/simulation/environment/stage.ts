import type { AuditLog } from '../../soak/model/audit-log.ts';
import { digestOf, type ForeignInstance, foreignTags } from '../../soak/model/foreign.ts';
import { prepareSubject } from '../../soak/model/prepare-subject.ts';
import type { Subject, Tenant } from '../../soak/model/subject.ts';
import { derivedRandom, pick } from '../../soak/seeds.ts';
import type { OperationContext } from '../../soak/storm/context.ts';
import { createResource } from '../../soak/storm/lifecycle.ts';
import { account, secret } from '../../support/workbench/manifests.ts';
import { type Connectors, watchConnectors } from './connectors.ts';
import type { Environment } from './environment.ts';

/** The users' side of a run: accounts, connectors, instances of other owners. */
export interface Stage extends OperationContext {
  readonly environment: Environment;
  readonly tenant: Tenant;
  readonly connectors: Connectors;
}

/** The most calls of an account in a second: no test waits for the limiter. */
const LIMITS = { requestsPerSecond: 100, burst: 100, concurrency: 8 } as const;

/** A host that `ALLOWED_HOSTS` does not have. */
const OTHER_HOST = 'elsewhere.example.com';

/** Creates accounts, Secrets and foreign instances in an empty environment; `connectors` resources are prepared. */
export async function createStage(
  environment: Environment,
  connectors: number,
  element?: Subject['wanted']['element'],
): Promise<Stage> {
  const { clock, simulation, seed, trace, team } = environment;
  const random = derivedRandom(seed, 'stage');
  const auditLog: Pick<AuditLog, 'note'> = {
    note: (source, text, subject) => trace.note(source, subject === undefined ? text : `${subject}: ${text}`),
  };
  const spare = simulation.addOrganization({ name: 'Spare' });
  const own = simulation.credentials;
  for (const [name, { userSecret, organizationSecret }] of Object.entries({ sap: own, spare })) {
    const credentialsSecretRef = { name: `${name}-account` };
    await team.create(
      secret(credentialsSecretRef.name, { userSecret, organizationSecret }),
      account(name, simulation.baseUrl, { credentialsSecretRef, limits: LIMITS, timeoutSeconds: 10 }),
    );
  }
  // An account of a user who means another host than the operator is allowed to call.
  await team.create(
    account('elsewhere', `https://${OTHER_HOST}`, { credentialsSecretRef: { name: 'sap-account' } }),
  );
  const tenant: Tenant = { namespace: team, userId: own.userId };
  const subjects: Subject[] = [];
  const watched = watchConnectors(environment);
  for (let index = 1; index <= connectors; index++) {
    const name = `crm-${index}`;
    subjects.push(
      await prepareSubject({ simulator: simulation, clock, random }, tenant, {
        name,
        server: `${name}.infusionsoft.com`,
        element: element ?? pick(random, ['infusionsoftrest', 'infusionsoftcrm'] as const),
        grant: element === undefined ? pick(random, ['code', 'code', 'refresh token'] as const) : 'code',
      }),
    );
  }
  return {
    environment,
    tenant,
    clock,
    subjects,
    connectors: watched,
    foreign: foreignInstances(environment),
    stage: { bench: { simulator: simulation }, connectors: watched, auditLog },
  };
}

/** Creates the resource of a subject. */
export async function createConnector(stage: Stage, subject: Subject): Promise<void> {
  await createResource(stage, subject);
}

/** Instances that exist from the start: of another cluster with the same names, and of a user in the console. */
function foreignInstances({ seed, simulation, clock }: Environment): ForeignInstance[] {
  const random = derivedRandom(seed, 'foreign');
  const added = [
    simulation.addInstance({ name: 'crm-1', tags: foreignTags(random, 'team', 'crm-1') }),
    simulation.addInstance({ name: 'console', tags: ['team-sales'] }),
  ];
  return added.map((instance) => ({
    id: instance.id,
    since: clock.now(),
    digest: digestOf(instance),
    takenFrom: undefined,
  }));
}
