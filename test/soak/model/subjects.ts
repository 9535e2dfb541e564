import type { Clock } from '../../../src/runtime/clock.ts';
import type { Random } from '../../../src/runtime/random.ts';
import { pick } from '../seeds.ts';
import type { Stage } from '../stage/stage.ts';
import { digestOf, type ForeignInstance, foreignTags } from './foreign.ts';
import { prepareSubject } from './prepare-subject.ts';
import type { Subject } from './subject.ts';

/** The connectors of the storm with all their Secrets; the resources themselves are not created yet. */
export async function prepareSubjects(
  stage: Stage,
  clock: Clock,
  random: Random,
): Promise<readonly Subject[]> {
  const subjects: Subject[] = [];
  for (let index = 0; index < stage.options.connectors; index++) {
    const tenant = stage.tenants[index % stage.tenants.length];
    if (tenant === undefined) {
      throw new Error('There is no tenant');
    }
    const name = `crm-${index + 1}`;
    const server = `${tenant.namespace.name}-${name}.infusionsoft.com`;
    const element = pick(random, ['infusionsoftcrm', 'infusionsoftrest'] as const);
    const sources = { simulator: stage.bench.simulator, clock, random };
    subjects.push(await prepareSubject(sources, tenant, { name, server, element }));
  }
  return subjects;
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
