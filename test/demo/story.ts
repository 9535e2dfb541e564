import type { InstanceSnapshot } from 'open-connectors-simulator/out-of-band.ts';
import { ACCOUNT_NAMES, CONNECTOR_NAMES } from '../../src/api/group.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Cluster } from './cluster.ts';
import { DemoFailure } from './failure.ts';
import type { Hands } from './hands.ts';
import type { Looking } from './kubectl.ts';
import type { Observer } from './observer.ts';
import type { Screen } from './screen.ts';
import { inventorySeconds, type Stage } from './stage.ts';

/** The context of the story. */
export interface StoryContext {
  readonly stage: Stage;
  readonly cluster: Cluster;
  readonly observer: Observer;
  readonly screen: Screen;
  readonly hands: Hands;
  readonly looking: () => Looking;
  /** Time to read, at a terminal. */
  readonly pause: () => Promise<void>;
}

const connector = CONNECTOR_NAMES.kind;
/** Timeout of a change in Open Connectors, milliseconds. */
const maxWaitMs = 30_000;

/** The story: from an empty namespace to working connectors, then through drift, rotation and deletion. */
export async function runStory(context: StoryContext): Promise<void> {
  for (const act of [account, threeConnectors, consent, fixReference, drift, rotation, showConnectors]) {
    await context.pause();
    await act(context);
  }
}

async function account({ observer, screen, hands }: StoryContext): Promise<void> {
  screen.step('An account of SAP Open Connectors');
  screen.say('A Secret with two credentials, and an OpenConnectorsAccount that names the Secret.');
  await hands.apply('account.yaml');
  await observer.until(ACCOUNT_NAMES.kind, 'sap', { status: 'True' });
  screen.say('The operator has tried the credentials: they work.');
}

async function threeConnectors({ observer, screen, hands }: StoryContext): Promise<void> {
  screen.step('Three connectors, two of them with a mistake');
  screen.say(
    'Each line below is a condition in the status of a connector that has changed. Ready is the summary.',
    'Reconciling means that the operator goes on by itself; Stalled, that a person has to mend something.',
  );
  screen.say(
    'The sample of crm is applied without its callback URL and without a Secret for a code: then the operator has a page of its own for the person who allows access.',
  );
  await hands.applyWithout('callbackUrl|authorizationCodeSecretRef|crm-code', 'connector.yaml');
  await hands.apply('missing-key.yaml', 'wrong-reference.yaml');
  await observer.until(connector, 'crm', { status: 'False', reason: 'AuthorizationRequired' });
  await observer.until(connector, 'missing-key', { status: 'False', reason: 'SecretKeyMissing' });
  await observer.until(connector, 'wrong-reference', { status: 'False', reason: 'SecretNotFound' });
  screen.say(
    'Both mistakes are named: the field, the Secret and the key.',
    'The connector without a mistake, crm, waits for a person: only a person may allow access to an Infusionsoft account.',
  );
}

async function consent({ stage, observer, screen, hands }: StoryContext): Promise<void> {
  screen.step('A person allows access, in a browser');
  await hands.consentOnPage('crm');
  await observer.until(connector, 'crm', { status: 'True' });
  const { id, name } = onlyInstance(stage, 'demo-crm');
  screen.say(
    `crm became Ready by itself: Open Connectors has instance ${id}, "${name}", and applications find its token in the Secret crm-connection.`,
    'The two connectors with mistakes have delayed nobody.',
  );
}

async function fixReference({ observer, screen, hands }: StoryContext): Promise<void> {
  screen.step('A mistake is mended');
  screen.say('The Secret is called crm-oauth, not crm-oaht:');
  const patch = { spec: { oauth: { clientSecretRef: { name: 'crm-oauth' } } } };
  await hands.patch(connector, 'ifc', 'wrong-reference', patch);
  await observer.until(connector, 'wrong-reference', { status: 'False', reason: 'AuthorizationRequired' });
  screen.say(
    'Now it asks for a consent of its own. Its callback URL leads elsewhere, so a person brings the code in a Secret:',
  );
  await hands.consentInto('wrong-reference-code');
  await observer.until(connector, 'wrong-reference', { status: 'True' });
  screen.say('Ready. Nothing had to be restarted.');
}

async function drift({ stage, screen }: StoryContext): Promise<void> {
  screen.step('Somebody renames the instance in the console of Open Connectors');
  const { id, name } = onlyInstance(stage, 'demo-crm');
  stage.simulator.editInstance(id, { name: 'renamed by hand' });
  screen.say(
    `Instance ${id} is called "renamed by hand" now. Here the operator compares every ${inventorySeconds} seconds.`,
  );
  await eventually('The name of the instance was not set back.', () => instance(stage, id)?.name === name);
  screen.say(
    `The operator has set it back to "${name}", which "kubectl describe" shows as the event DriftCorrected.`,
  );
}

async function rotation({ stage, screen, hands }: StoryContext): Promise<void> {
  screen.step('The client secret of the OAuth app is replaced');
  const { id, token } = onlyInstance(stage, 'demo-crm');
  const clientSecret = 'made-up-secret-2';
  stage.simulator.registerApp({ ...stage.simulator.app, clientSecret });
  await hands.patch(
    'Secret',
    'secret',
    'crm-oauth',
    { stringData: { client_secret: clientSecret } },
    { stringData: { client_secret: '<new secret>' } },
  );
  await eventually(
    'The new client secret did not reach the instance.',
    () => instance(stage, id)?.configuration['oauth.api.secret'] === clientSecret,
  );
  if (instance(stage, id)?.token !== token) {
    throw new DemoFailure('The token of the instance changed with the client secret.');
  }
  screen.say(`Instance ${id} has the new client secret. Its token stayed, so applications notice nothing.`);
}

async function showConnectors({ screen, looking }: StoryContext): Promise<void> {
  screen.step('What kubectl shows');
  const kubectl = looking();
  screen.command('kubectl describe infusionsoftconnector crm -n demo');
  await kubectl.describe('crm');
  screen.command('kubectl get ifc -n demo');
  await kubectl.get();
}

function instance({ simulator }: Stage, id: number): InstanceSnapshot | undefined {
  return simulator.instances().find((candidate) => candidate.id === id);
}

function onlyInstance({ simulator }: Stage, name: string): InstanceSnapshot {
  const [found, ...others] = simulator.instances().filter((candidate) => candidate.name === name);
  if (found === undefined || others.length > 0) {
    throw new DemoFailure(
      `Open Connectors should have one instance "${name}", but has ${found === undefined ? 'none' : others.length + 1}.`,
    );
  }
  return found;
}

async function eventually(otherwise: string, holds: () => boolean): Promise<void> {
  await poll(
    async () => (holds() ? true : undefined),
    maxWaitMs,
    () => otherwise,
  );
}
