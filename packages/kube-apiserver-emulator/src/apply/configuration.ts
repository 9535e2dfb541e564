import { apiVersionOf, groupOf, type JsonObject, objectOf, stringOf } from '../objects.ts';
import type { ResourceType } from '../resource-type.ts';
import { ApiError, badRequest } from '../status.ts';
import { shapeProblems } from './typed.ts';

/** Fails with 400 and 500 (as servers do) if the configuration cannot be applied to the object `expected` of the type. */
export function checkConfiguration(type: ResourceType, configuration: JsonObject, expected: string): void {
  const given = stringOf(configuration['apiVersion']);
  const kind = stringOf(configuration['kind']);
  const [group, version] = [groupOf(given), given.split('/').at(-1) ?? ''];
  const gvk = `${group}/${version}, Kind=${kind}`;
  if (given !== apiVersionOf(type.group, type.version) || kind !== type.kind) {
    throw badRequest(`invalid object type: ${gvk}`);
  }
  const metadata = objectOf(configuration['metadata']);
  if ((metadata['managedFields'] ?? null) !== null) {
    throw badRequest('metadata.managedFields must be nil');
  }
  const problems = shapeProblems(type.shape, configuration);
  if (problems.length > 0) {
    const object = `${stringOf(metadata['namespace'])}/${stringOf(metadata['name'])}; ${gvk}`;
    throw new ApiError(
      500,
      undefined,
      `failed to create typed patch object (${object}): ${problems.length === 1 ? problems.join('') : `errors:\n${problems.map((one) => `  ${one}`).join('\n')}`}`,
    );
  }
  const name = stringOf(metadata['name']);
  if (name !== '' && name !== expected) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${expected})`);
  }
}
