import type { Clock } from '../../../src/runtime/clock.ts';
import type { Random } from '../../../src/runtime/random.ts';
import { secret } from '../../support/workbench/manifests.ts';
import { pick } from '../seeds.ts';
import type { Stage } from '../stage/stage.ts';
import { issueCode } from './codes.ts';
import { digestOf, type ForeignInstance, foreignTags } from './foreign.ts';
import type { Subject } from './subject.ts';

/** The connectors of the storm with all their Secrets; the resources themselves are not created yet. */
export async function prepareSubjects(
  stage: Stage,
  clock: Clock,
  random: Random,
): Promise<readonly Subject[]> {
  const subjects: Subject[] = [];
  for (let index = 0; index < stage.options.connectors; index++) {
    subjects.push(await prepareSubject(stage, clock, random, index));
  }
  return subjects;
}

async function prepareSubject(stage: Stage, clock: Clock, random: Random, index: number): Promise<Subject> {
  const { simulator } = stage.bench;
  const tenant = stage.tenants[index % stage.tenants.length];
  if (tenant === undefined) {
    throw new Error('There is no tenant');
  }
  const { namespace } = tenant;
  const name = `crm-${index + 1}`;
  const subject: Subject = {
    key: `${namespace.name}/${name}`,
    name,
    tenant,
    server: `${namespace.name}-${name}.infusionsoft.com`,
    app: simulator.registerApp(),
    wanted: {
      account: 'sap',
      element: pick(random, ['infusionsoftcrm', 'infusionsoftrest'] as const),
      instanceName: name,
      tags: [],
      configuration: {},
      enabled: true,
      driftPolicy: 'Correct',
      connectionSecret: `${name}-connection`,
    },
    exists: false,
    codes: [],
    lastOperationAt: 0,
    serial: 0,
    takenOver: false,
  };
  const encryptedKey = random.bytes(16).toString('hex');
  simulator.registerAccount({ server: subject.server, encryptedKey });
  const code = issueCode(simulator, clock, subject);
  await namespace.create(
    secret(`${name}-oauth`, { client_id: subject.app.clientId, client_secret: subject.app.clientSecret }),
    secret(`${name}-key`, { encryptedKey }),
    secret(`${name}-code`, { code: code.value }),
  );
  code.stored();
  return subject;
}

/** Instances that exist from the start: of another cluster, of a user in the console, and one with the name of a connector. */
export function addForeignInstances(stage: Stage, clock: Clock, random: Random): ForeignInstance[] {
  const { simulator } = stage.bench;
  return stage.tenants.flatMap(({ namespace, userId }) => {
    const elsewhere = foreignTags(random, namespace.name, 'crm-1');
    const added = [
      simulator.addInstance({ userId, name: 'crm-1', tags: elsewhere }),
      simulator.addInstance({ userId, name: `${namespace.name}-crm-1`, tags: [] }),
      simulator.addInstance({ userId, name: 'console', tags: ['team-sales'] }),
    ];
    return added.map((instance) => ({
      id: instance.id,
      since: clock.now(),
      digest: digestOf(instance),
      takenFrom: undefined,
    }));
  });
}
