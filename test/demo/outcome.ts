import { ACCOUNT_NAMES, CONNECTOR_NAMES } from '../../src/api/group.ts';
import { parseConnector } from '../../src/api/parse.ts';
import { isOperatorTag } from '../../src/ownership/owner-tags.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Cluster } from './cluster.ts';
import type { StoryContext } from './context.ts';
import { DemoFailure } from './failure.ts';
import { byHand } from './migration/by-hand.ts';

/** The expected state of each connector at the end of the story. */
const expected = [
  { name: 'crm', status: 'True', reason: 'Succeeded' },
  { name: 'wrong-reference', status: 'True', reason: 'Succeeded' },
  { name: byHand, status: 'True', reason: 'Succeeded' },
  { name: 'missing-key', status: 'False', reason: 'SecretKeyMissing' },
] as const;

const connector = CONNECTOR_NAMES.kind;
/** Timeout of deletions, milliseconds. */
const maxWaitMs = 30_000;

/** Fails with the first unexpected state. */
export async function checkOutcome({ stage: { simulator }, cluster }: StoryContext): Promise<void> {
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
    if (found?.replacing !== undefined) {
      ids.push(found.replacing.id);
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
    ), `Open Connectors has ${instances.length} instances instead of ${ids.length} that work and that connectors have`);
  require(simulator.ledger.codesSentTwice().length === 0, 'an authorization code was sent twice');
}

/** The state of a consent on the operator's page. */
async function untilConsentIsTidiedUp(cluster: Cluster): Promise<void> {
  for (const name of ['crm-consent-code', 'crm-consent', 'crm-grant']) {
    await poll(
      async () => ((await cluster.read('Secret', name)) === undefined ? true : undefined),
      maxWaitMs,
      () => `Secret ${name} is left of the consent`,
    );
  }
}

/** Deletes everything in the documented order, and fails if something remains. */
export async function takeDown({ stage, cluster, observer, screen }: StoryContext): Promise<void> {
  const { instance, replacing } = parseConnector(await cluster.read(connector, byHand)).status ?? {};
  const orphans = new Set([instance?.id, replacing?.id]);
  screen.step('Clean up');
  screen.command('kubectl delete ifc --all -n demo');
  for (const { name } of expected) {
    await cluster.remove(connector, name);
  }
  await Promise.all(expected.map(({ name }) => observer.untilGone(connector, name)));
  const left = stage.simulator.instances();
  require(left.length === orphans.size &&
    left.every(
      ({ id, tags }) => orphans.has(id) && !tags.some(isOperatorTag),
    ), `${left.length} instances are left in Open Connectors`);
  screen.say(
    'The connectors and their instances in Open Connectors are deleted, except for those of by-hand:',
    'the operator releases an adopted instance by default (deletionPolicy Orphan). It removed its tags from them.',
  );

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
