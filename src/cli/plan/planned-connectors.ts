import { readFileSync } from 'node:fs';
import { loadAllYaml } from '@kubernetes/client-node';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { API_VERSION, CONNECTOR_NAMES } from '../../api/group.ts';
import { parseConnector } from '../../api/parse.ts';
import { isRecord } from '../../kube/client/object.ts';
import type { ReadResources } from '../cluster/resources.ts';
import { CliError } from '../errors.ts';

/** The uid of a connector that is not created yet: no instance carries it. */
const NEW_UID = 'new';

/** Reads the connectors of a file, as they would be after it is applied. Throws `CliError`. */
export async function connectorsOfFile(
  file: string,
  namespace: string,
  reads: Pick<ReadResources, 'findConnector'>,
): Promise<readonly InfusionsoftConnector[]> {
  const manifests = readManifests(file).filter((manifest) => isConnector(manifest));
  if (manifests.length === 0) {
    throw new CliError('usage', `-f: the file has no ${CONNECTOR_NAMES.kind}.`);
  }
  return await Promise.all(manifests.map((manifest) => applied(manifest, namespace, reads)));
}

function readManifests(file: string): readonly Record<string, unknown>[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new CliError('usage', '-f: the file cannot be read.');
  }
  try {
    return loadAllYaml(text).filter((document) => isRecord(document));
  } catch {
    // The parser's error quotes the file.
    throw new CliError('usage', '-f: the file is not YAML.');
  }
}

function isConnector({ apiVersion, kind }: Record<string, unknown>): boolean {
  return apiVersion === API_VERSION && kind === CONNECTOR_NAMES.kind;
}

/** What the API server would return after the manifest is applied. */
async function applied(
  manifest: Record<string, unknown>,
  namespace: string,
  reads: Pick<ReadResources, 'findConnector'>,
): Promise<InfusionsoftConnector> {
  const given = isRecord(manifest['metadata']) ? manifest['metadata'] : {};
  const { name, annotations } = given;
  if (typeof name !== 'string') {
    throw new CliError('usage', '-f: a connector has no metadata.name.');
  }
  const own = typeof given['namespace'] === 'string' ? given['namespace'] : namespace;
  const existing = (await reads.findConnector(own, name))?.connector;
  const metadata = existing?.metadata ?? {
    name,
    namespace: own,
    uid: NEW_UID,
    resourceVersion: '0',
    generation: 1,
  };
  return parseConnector({
    ...manifest,
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, ...(isRecord(annotations) && annotations) },
    },
    ...(existing?.status !== undefined && { status: existing.status }),
  });
}
