import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONNECTOR_NAMES } from '../../../src/api/group.ts';
import type { StoryContext } from '../context.ts';
import { readManifests } from '../samples.ts';
import { byHand, instanceName } from './by-hand.ts';

const file = `connectors/${byHand}.yaml`;

/** An instance that was made in the console becomes a manifest, which is applied. */
export async function importByHand(context: StoryContext): Promise<void> {
  const { stage, cluster, observer, screen, plugin, applications } = context;
  const { simulator, site } = stage;
  screen.step('Import an instance that was made by hand');
  const app = simulator.registerApp();
  const { id, token } = simulator.addInstance({
    name: instanceName,
    connector: 'infusionsoftcrm',
    tags: [],
    clientId: app.clientId,
    configuration: { 'oauth.callback.url': site.callbackUrl },
  });
  applications.startWithToken(token);
  screen.say(
    `An administrator made instance ${id}, "${instanceName}", of infusionsoftcrm in the console of Open Connectors.`,
    'The application billing has its token and calls Infusionsoft all the time.',
  );
  await plugin.run(['import', ...plugin.simulatorFlags]);
  await plugin.run(['import', String(id), '--output-dir', 'connectors', ...plugin.simulatorFlags]);
  screen.command(`cat ${file}`);
  const text = await readFile(join(stage.folder, file), 'utf8');
  screen.verbatim(text);

  screen.say('Create the Secrets with the credentials of the instance, and apply the manifest:');
  await createSecret(context, `${byHand}-oauth`, {
    client_id: { value: app.clientId },
    client_secret: { value: app.clientSecret, shown: '<client secret>' },
  });
  await createSecret(context, `${byHand}-key`, {
    encryptedKey: { value: 'f6d2a8b1c9e04735aa61', shown: '<encrypted key>' },
  });
  screen.command('kubectl apply -k connectors');
  await cluster.create(...readManifests(text));
  await observer.until(CONNECTOR_NAMES.kind, byHand, {
    type: 'Synced',
    status: 'False',
    reason: 'ChangesPlanned',
  });
}

async function createSecret(
  { cluster, screen }: StoryContext,
  name: string,
  values: Readonly<Record<string, { readonly value: string; readonly shown?: string }>>,
): Promise<void> {
  const literals = Object.entries(values).map(
    ([key, { value, shown = value }]) => `--from-literal=${key}='${shown}'`,
  );
  screen.command(`kubectl create secret generic ${name} -n ${cluster.namespace} ${literals.join(' ')}`);
  await cluster.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    stringData: Object.fromEntries(Object.entries(values).map(([key, { value }]) => [key, value])),
  });
}
