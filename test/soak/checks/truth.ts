import type { InstanceSnapshot } from 'open-connectors-simulator/out-of-band.ts';
import type { ConnectorView } from '../model/connector-view.ts';
import type { Subject } from '../model/subject.ts';
import type { Finding } from './finding.ts';

/** The differences between a Ready connector and its spec. */
export async function findUntruths(
  subject: Subject,
  view: ConnectorView,
  instances: readonly InstanceSnapshot[],
): Promise<readonly Finding[]> {
  if (view.ready?.status !== 'True' || !view.current) {
    return [];
  }
  const instance = instances.find(({ id }) => id === view.instanceId);
  const texts =
    instance === undefined
      ? [`status names instance ${view.instanceId}, which does not exist`]
      : [...differences(subject, view, instance), ...(await secretDifferences(subject, view, instance))];
  return texts.map((text) => ({ subject: subject.key, text: `Ready, but ${text}` }));
}

function differences(
  { wanted }: Subject,
  { uid }: ConnectorView,
  instance: InstanceSnapshot,
): readonly string[] {
  const { id, name, tags, connector, disabled, configuration, works } = instance;
  const userTags = tags.filter((tag) => !tag.startsWith('k8s-')).sort();
  const lasting = [
    ...(tags.includes(`k8s-uid-${uid}`) ? [] : [`instance ${id} does not carry the uid of the resource`]),
    ...(connector === wanted.element ? [] : [`instance ${id} is of ${connector}`]),
    // A client secret or a key that was not updated; `works` does not depend on `enabled`.
    ...(works ? [] : [`instance ${id} cannot reach the provider`]),
  ];
  if (wanted.driftPolicy === 'Report') {
    return lasting;
  }
  const wrong = Object.entries(wanted.configuration).filter(([key, value]) => configuration[key] !== value);
  return [
    ...lasting,
    ...(name === wanted.instanceName ? [] : [`the name is ${name} and not ${wanted.instanceName}`]),
    ...(String(userTags) === String([...wanted.tags].sort()) ? [] : [`the tags are [${userTags}]`]),
    ...wrong.map(([key]) => `configuration ${key} differs`),
    ...(disabled === !wanted.enabled ? [] : [`disabled is ${disabled}`]),
  ];
}

async function secretDifferences(
  { wanted, tenant, name, serial }: Subject,
  { uid }: ConnectorView,
  instance: InstanceSnapshot,
): Promise<readonly string[]> {
  const current = await tenant.namespace.secret(wanted.connectionSecret);
  const former = [`${name}-connection`];
  for (let number = 1; number <= serial; number++) {
    former.push(`${name}-connection-${number}`);
  }
  const left: string[] = [];
  for (const secretName of former.filter((secretName) => secretName !== wanted.connectionSecret)) {
    if ((await tenant.namespace.secret(secretName))?.owners.includes(uid) === true) {
      left.push(`the former connection Secret ${secretName} is left`);
    }
  }
  return [
    ...(current?.values['element-token'] === instance.token
      ? []
      : [`Secret ${wanted.connectionSecret} does not hold the token of the instance`]),
    ...left,
  ];
}
