import type { User } from '../http/authentication.ts';
import { ApiError } from '../status.ts';
import { type Attributes, fullResource } from './attributes.ts';

/** The 403 of a server for a denial, with the reason of the authorizer if any. */
export function denial(user: User, attributes: Attributes, reason: string): ApiError {
  const because = reason === '' ? '' : `: ${reason}`;
  const who = `User "${user.name}" cannot ${attributes.verb}`;
  if ('path' in attributes) {
    return new ApiError(403, 'Forbidden', `forbidden: ${who} path "${attributes.path}"${because}`, {});
  }
  const { group, resource, namespace, name } = attributes;
  const what = group === '' ? resource : `${resource}.${group}`;
  const object = name === '' ? '' : ` "${name}"`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return new ApiError(
    403,
    'Forbidden',
    `${what}${object} is forbidden: ${who} resource "${fullResource(attributes)}" in API group "${group}" ${where}${because}`,
    {
      ...(name === '' ? {} : { name }),
      ...(group === '' ? {} : { group }),
      kind: resource,
    },
  );
}
