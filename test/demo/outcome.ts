import { ACCOUNT_NAMES, CONNECTOR_NAMES } from '../../src/api/group.ts';
import { parseConnector } from '../../src/api/parse.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Cluster } from './cluster.ts';
import { DemoFailure } from './failure.ts';
import type { Telling } from './story.ts';

/** What has to be true of each connector at the end of the story. */
const expected = [
  { name: 'crm', status: 'True', reason: 'Succeeded' },
  { name: 'wrong-reference', status: 'True', reason: 'Succeeded' },
  { name: 'missing-key', status: 'False', reason: 'SecretKeyMissing' },
] as const;

const connector = CONNECTOR_NAMES.kind;
/** How long it may take until something has gone, milliseconds. */
const maxWaitMs = 30_000;

/** Fails with the first thing that is not as the story says. */
export async function checkOutcome({ stage: { simulator }, cluster }: Telling): Promise<void> {
  const ids: number[] = [];
  for (const { name, status, reason } of expected) {
    const { status: found } = parseConnector(await cluster.read(connector, name));
    const ready = found?.conditions?.find(({ type }) => type === 'Ready');
    require(ready?.status === status &&
      ready.reason ===
        reason, `${name} has Ready=${ready?.status} ${ready?.reason} instead of ${status} ${reason}`);
    const isReady = status === 'True';
    require((found?.instance !== undefined) === isReady, `${name} has ${isReady ? 'no' : 'an'} instance`);
    if (found?.instance !== undefined) {
      ids.push(found.instance.id);
    }
    const secret = await cluster.read('Secret', `${name}-connection`);
    require((secret !== undefined) ===
      isReady, `Secret ${name}-connection is ${isReady ? 'missing' : 'there'}`);
  }
  await untilConsentIsTidiedUp(cluster);
  const instances = simulator.instances();
  require(instances.length === ids.length &&
    instances.every(
      ({ id, works }) => works && ids.includes(id),
    ), `Open Connectors has ${instances.length} instances instead of one that works for each of the ${ids.length} Ready connectors`);
  require(simulator.ledger.codesSentTwice().length === 0, 'an authorization code was sent twice');
}

/** What a consent on the operator's page needs while it lasts. */
async function untilConsentIsTidiedUp(cluster: Cluster): Promise<void> {
  for (const name of ['crm-consent-code', 'crm-consent', 'crm-grant']) {
    await poll(
      async () => ((await cluster.read('Secret', name)) === undefined ? true : undefined),
      maxWaitMs,
      () => `Secret ${name} is left of the consent`,
    );
  }
}

/** Deletes everything in the order that README gives, and fails when something stays behind. */
export async function takeDown({ stage, cluster, observer, screen }: Telling): Promise<void> {
  screen.step('Taking everything down');
  screen.command('kubectl delete ifc --all -n demo');
  for (const { name } of expected) {
    await cluster.remove(connector, name);
  }
  await Promise.all(expected.map(({ name }) => observer.untilGone(connector, name)));
  const left = stage.simulator.instances();
  require(left.length === 0, `${left.length} instances are left in Open Connectors`);
  screen.say('The connectors are gone, and their instances in Open Connectors with them.');

  screen.command('kubectl delete oca sap -n demo');
  await cluster.remove(ACCOUNT_NAMES.kind, 'sap');
  await observer.untilGone(ACCOUNT_NAMES.kind, 'sap');
  screen.command('kubectl delete namespace demo');
  await cluster.remove('Namespace', cluster.namespace);
  await poll(
    async () => ((await cluster.read('Namespace', cluster.namespace)) === undefined ? true : undefined),
    maxWaitMs,
    () => 'The namespace does not go away',
  );
}

function require(condition: boolean, otherwise: string): void {
  if (!condition) {
    throw new DemoFailure(`Not as it should be: ${otherwise}.`);
  }
}
