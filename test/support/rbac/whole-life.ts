import type { Site } from '../consent/site.ts';
import { locationOf } from '../consent/visitor.ts';
import { poll } from '../controlplane/poll.ts';
import type { Namespace } from '../workbench/cluster.ts';
import { connector } from '../workbench/manifests.ts';
import { createPrerequisites, type Workbench } from '../workbench/workbench.ts';

const kind = 'InfusionsoftConnector';

/** The namespace of a connector, and a client for it. */
export interface Stage {
  readonly bench: Workbench;
  readonly namespace: Namespace;
  /** URL of the operator's consent pages. */
  readonly site: Site;
}

/**
 * The life of a connector: consent on the operator's page, drift, rotation, a connection Secret that is
 * edited, then renamed, new credentials of the account, and a deletion after that of the account's Secret.
 */
export async function liveThrough(stage: Stage): Promise<void> {
  const { bench, namespace } = stage;
  await createPrerequisites(bench, namespace, { code: false });
  await namespace.create(connector('crm', { oauth: { clientSecretRef: { name: 'crm-oauth' } } }));
  await consent(stage);
  await namespace.waitFor(kind, 'crm', 'Ready', 'True');
  await drift(stage);
  // A repeated event increases the count of the existing one.
  await drift(stage);
  await rotate(stage);
  await editConnectionSecret(stage);
  await renameConnectionSecret(stage);
  await rotateAccount(stage);
  await end(stage);
}

async function consent({ bench, namespace, site }: Stage): Promise<void> {
  await namespace.waitFor(kind, 'crm', 'Authorized', 'False', 'AuthorizationRequired');
  const { startUrl = '', codeSecretName = '' } =
    (await namespace.connector('crm')).status?.authorization ?? {};
  const visitor = site.visitor();
  const code = (await namespace.secret(codeSecretName))?.values['code'] ?? '';
  const { provider } = await visitor.begin(startUrl, code);
  const back = await visitor.get(await bench.simulator.consent(provider, { approve: true }));
  await visitor.get(locationOf(back));
}

async function drift(stage: Stage): Promise<void> {
  const { id, name } = await instanceOf(stage);
  stage.bench.simulator.editInstance(id, { name: 'renamed by hand' });
  await until('drift is corrected', async () => (await instanceOf(stage)).name === name);
}

async function rotate(stage: Stage): Promise<void> {
  const encryptedKey = 'rotated-key-0001';
  await stage.namespace.patch('Secret', 'crm-key', { stringData: { encryptedKey } });
  await until(
    'the new key arrives',
    async () => (await instanceOf(stage)).configuration['infusionsoft.private.key'] === encryptedKey,
  );
}

async function editConnectionSecret({ namespace }: Stage): Promise<void> {
  await namespace.patch('Secret', 'crm-connection', { stringData: { 'element-token': 'forged' } });
  await until('the connection Secret is repaired', async () => {
    const token = (await namespace.secret('crm-connection'))?.values['element-token'];
    return token !== undefined && token !== 'forged';
  });
}

async function renameConnectionSecret({ namespace }: Stage): Promise<void> {
  await namespace.patch(kind, 'crm', { spec: { connectionSecretRef: { name: 'renamed' } } });
  await until('the old one goes', async () => (await namespace.secret('crm-connection')) === undefined);
  await namespace.waitFor(kind, 'crm', 'Ready', 'True');
}

async function rotateAccount({ bench, namespace }: Stage): Promise<void> {
  const { userSecret } = bench.simulator.rotateUserSecret();
  await namespace.patch('Secret', 'sap-account', { stringData: { userSecret } });
  const kept = `infusionsoft-connector-operator-account-${(await namespace.account('sap')).metadata.uid}`;
  await until(
    'the new credentials are kept',
    async () => (await bench.home.secret(kept))?.values['userSecret'] === userSecret,
  );
}

async function end(stage: Stage): Promise<void> {
  const { bench, namespace } = stage;
  const { id } = await instanceOf(stage);
  await namespace.remove('Secret', 'sap-account');
  await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'SecretNotFound');
  await namespace.remove(kind, 'crm');
  await namespace.waitGone(kind, 'crm');
  await namespace.remove('OpenConnectorsAccount', 'sap');
  await namespace.waitGone('OpenConnectorsAccount', 'sap');
  if (bench.simulator.instances().some((instance) => instance.id === id)) {
    throw new Error('the instance is still there');
  }
}

async function instanceOf({ bench, namespace }: Stage) {
  const id = (await namespace.connector('crm')).status?.instance?.id;
  const found = bench.simulator.instances().find((instance) => instance.id === id);
  if (found === undefined) {
    throw new Error('the connector has no instance');
  }
  return found;
}

function until(what: string, holds: () => Promise<boolean>): Promise<true> {
  return poll(
    async () => ((await holds()) ? true : undefined),
    20_000,
    () => `it did not happen: ${what}`,
  );
}
