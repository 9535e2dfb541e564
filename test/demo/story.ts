import type { InstanceSnapshot } from 'open-connectors-simulator/out-of-band.ts';
import { ACCOUNT_NAMES, CONNECTOR_NAMES } from '../../src/api/group.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { StoryContext } from './context.ts';
import { DemoFailure } from './failure.ts';
import { adopt } from './migration/adopt.ts';
import { importByHand } from './migration/import-by-hand.ts';
import { moveToRest } from './migration/move-to-rest.ts';
import { switchConnection } from './migration/switch-connection.ts';
import { inventorySeconds, type Stage } from './stage.ts';

const connector = CONNECTOR_NAMES.kind;
/** Timeout of a change in Open Connectors, milliseconds. */
const maxWaitMs = 30_000;

/** The acts of the story: a connector's life, then an instance that was made by hand. */
const acts = [
  ...[account, threeConnectors, consent, fixReference, drift, rotation],
  ...[importByHand, adopt, moveToRest, switchConnection],
  showConnectors,
];

/** The story: from an empty namespace to working connectors, and from a hand-made instance to infusionsoftrest. */
export async function runStory(context: StoryContext): Promise<void> {
  for (const act of acts) {
    await context.pause();
    await act(context);
  }
}

async function account({ observer, screen, hands }: StoryContext): Promise<void> {
  screen.step('An account of SAP Open Connectors');
  screen.say('A Secret with two credentials, and an OpenConnectorsAccount that references it.');
  await hands.apply('account.yaml');
  await observer.until(ACCOUNT_NAMES.kind, 'sap', { status: 'True' });
  screen.say('The operator verified the credentials.');
}

async function threeConnectors({ observer, screen, hands }: StoryContext): Promise<void> {
  screen.step('Three connectors, two of them with a mistake');
  screen.say(
    'Each line below is a changed condition in the status of a connector. Ready is the summary.',
    'Reconciling means that the operator continues by itself; Stalled, that a user has to fix something.',
  );
  screen.say(
    'The sample of crm is applied without its callback URL and without a Secret for a code. The consent then uses a page of the operator.',
  );
  await hands.applyWithout('callbackUrl|authorizationCodeSecretRef|crm-code', 'connector.yaml');
  await hands.apply('missing-key.yaml', 'wrong-reference.yaml');
  await observer.until(connector, 'crm', { status: 'False', reason: 'AuthorizationRequired' });
  await observer.until(connector, 'missing-key', { status: 'False', reason: 'SecretKeyMissing' });
  await observer.until(connector, 'wrong-reference', { status: 'False', reason: 'SecretNotFound' });
  screen.say(
    'The messages name both mistakes: the field, the Secret and the key.',
    'The correct connector, crm, waits for OAuth consent, which only a person can give.',
  );
}

async function consent({ stage, observer, screen, hands }: StoryContext): Promise<void> {
  screen.step('OAuth consent in a browser');
  await hands.consentOnPage('crm');
  await observer.until(connector, 'crm', { status: 'True' });
  const { id, name } = onlyInstance(stage, 'demo-crm');
  screen.say(
    `crm became Ready: Open Connectors has instance ${id}, "${name}", and the Secret crm-connection has its token for applications.`,
    'The two connectors with mistakes did not delay it.',
  );
}

async function fixReference({ observer, screen, hands }: StoryContext): Promise<void> {
  screen.step('Correct a reference');
  screen.say('The name of the Secret is crm-oauth, not crm-oaht:');
  const patch = { spec: { oauth: { clientSecretRef: { name: 'crm-oauth' } } } };
  await hands.patch(connector, 'ifc', 'wrong-reference', patch);
  await observer.until(connector, 'wrong-reference', { status: 'False', reason: 'AuthorizationRequired' });
  screen.say(
    'Now it needs its own consent. Its callback URL is not the one of the operator, so a user stores the code in a Secret:',
  );
  await hands.consentInto('wrong-reference-code');
  await observer.until(connector, 'wrong-reference', { status: 'True' });
  screen.say('The connector is Ready, without a restart.');
}

async function drift({ stage, screen }: StoryContext): Promise<void> {
  screen.step('Drift: another client renames the instance in Open Connectors');
  const { id, name } = onlyInstance(stage, 'demo-crm');
  stage.simulator.editInstance(id, { name: 'renamed by hand' });
  screen.say(
    `The name of instance ${id} is now "renamed by hand". In this demo the operator compares instances every ${inventorySeconds} seconds.`,
  );
  await eventually('The name of the instance was not reverted.', () => instance(stage, id)?.name === name);
  screen.say(
    `The operator reverted it to "${name}", which "kubectl describe" shows as the event DriftCorrected.`,
  );
}

async function rotation({ stage, screen, hands }: StoryContext): Promise<void> {
  screen.step('Rotation: the OAuth app gets a new client secret');
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
  screen.say(
    `Instance ${id} has the new client secret. Its token is unchanged, so applications are not affected.`,
  );
}

async function showConnectors({ screen, looking }: StoryContext): Promise<void> {
  screen.step('Status in kubectl');
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
