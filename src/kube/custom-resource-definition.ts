import { readFile } from 'node:fs/promises';
import type { V1CustomResourceDefinitionVersion } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { type Clock, sleep } from '../runtime/clock.ts';
import { isKubeError, KubeError } from './client/errors.ts';
import { isRecord } from './client/object.ts';
import { collectionPath, objectPath, wellKnown } from './client/paths.ts';
import type { KubeRest } from './client/rest.ts';

/** What a registration returns, as `@dot-i/k8s-operator` has it. */
export interface RegisteredDefinition {
  readonly name: string;
  readonly group: string;
  readonly versions: V1CustomResourceDefinitionVersion[];
  readonly plural: string;
}

const POLL_MS = 250;
const ESTABLISHED_WITHIN_MS = 30_000;

/**
 * Applies the CustomResourceDefinition in `file` (server-side apply, so that a newer schema replaces an older one) and
 * waits until the API server serves it.
 */
export async function registerDefinition(
  file: string,
  dependencies: { readonly rest: KubeRest; readonly clock: Clock; readonly fieldManager: string },
): Promise<RegisteredDefinition> {
  const body: unknown = parse(await readFile(file, 'utf8'));
  const definition = narrow(body);
  await apply(definition.name, body, dependencies);
  await waitUntilEstablished(definition.name, dependencies);
  return definition;
}

async function apply(
  name: string,
  body: unknown,
  { rest, fieldManager }: { readonly rest: KubeRest; readonly fieldManager: string },
): Promise<void> {
  const path = objectPath(wellKnown.customResourceDefinitions, undefined, name);
  try {
    await rest.patch(path, body, { type: 'apply', fieldManager, force: true });
  } catch (error) {
    const cannotApply = isKubeError(error, 'bad-request') && error.status === 415;
    if (!cannotApply) {
      throw error;
    }
    await createOrMerge(rest, path, body);
  }
}

async function createOrMerge(rest: KubeRest, path: string, body: unknown): Promise<void> {
  try {
    await rest.create(collectionPath(wellKnown.customResourceDefinitions), body);
  } catch (error) {
    if (!isKubeError(error, 'already-exists')) {
      throw error;
    }
    await rest.patch(path, body, { type: 'merge' });
  }
}

async function waitUntilEstablished(
  name: string,
  { rest, clock }: { readonly rest: KubeRest; readonly clock: Clock },
): Promise<void> {
  const path = objectPath(wellKnown.customResourceDefinitions, undefined, name);
  const until = clock.monotonic() + ESTABLISHED_WITHIN_MS;
  while (!isEstablished(await rest.get(path))) {
    if (clock.monotonic() >= until) {
      throw new KubeError('timeout', `GET ${path}: not established in time`);
    }
    await sleep(clock, POLL_MS);
  }
}

function isEstablished(definition: unknown): boolean {
  const status = isRecord(definition) ? definition['status'] : undefined;
  const conditions = isRecord(status) ? status['conditions'] : undefined;
  if (!Array.isArray(conditions)) {
    return false;
  }
  return conditions.some(
    (condition: unknown) =>
      isRecord(condition) && condition['type'] === 'Established' && condition['status'] === 'True',
  );
}

function narrow(body: unknown): RegisteredDefinition {
  const malformed = new Error("Invalid CRD yaml (expected 'apiextensions.k8s.io/v1')");
  if (!isRecord(body) || body['apiVersion'] !== 'apiextensions.k8s.io/v1') {
    throw malformed;
  }
  const { metadata, spec } = body;
  if (!isRecord(metadata) || !isRecord(spec) || !isRecord(spec['names'])) {
    throw malformed;
  }
  const { name } = metadata;
  const { group, versions } = spec;
  const { plural } = spec['names'];
  if (typeof name !== 'string' || typeof group !== 'string' || typeof plural !== 'string') {
    throw malformed;
  }
  if (!Array.isArray(versions)) {
    throw malformed;
  }
  return { name, group, plural, versions };
}
