import { authenticatedGroup, serviceAccountUser } from '../access/tokens.ts';
import type { Attributes } from '../rbac/attributes.ts';
import { badRequest } from '../status.ts';
import type { User } from './authentication.ts';
import type { HttpRequest } from './wire.ts';

const serviceAccount = /^system:serviceaccount:([^:]+):([^:]+)$/;

/**
 * The impersonated user (`Impersonate-User`, `Impersonate-Group`), after `check` allowed it; the caller without these
 * headers. Fails with 400, and as `check` does.
 */
export function impersonated(
  request: HttpRequest,
  caller: User,
  check: (user: User, attributes: Attributes) => void,
): User {
  const name = headerOf(request, 'impersonate-user');
  const groups = headerOf(request, 'impersonate-group')
    .split(',')
    .map((group) => group.trim())
    .filter((group) => group !== '');
  if (name === '') {
    if (groups.length > 0) {
      throw badRequest('requested impersonation without impersonating a user');
    }
    return caller;
  }
  const [, namespace, account] = serviceAccount.exec(name) ?? [];
  const asking = { verb: 'impersonate', group: '', subresource: '' };
  if (namespace !== undefined && account !== undefined) {
    check(caller, { ...asking, resource: 'serviceaccounts', namespace, name: account });
  } else {
    check(caller, { ...asking, resource: 'users', namespace: '', name });
  }
  for (const group of groups) {
    check(caller, { ...asking, resource: 'groups', namespace: '', name: group });
  }
  if (namespace !== undefined && account !== undefined && groups.length === 0) {
    return serviceAccountUser(namespace, account);
  }
  return { name, groups: [...groups, authenticatedGroup] };
}

function headerOf(request: HttpRequest, name: string): string {
  const value = request.headers[name] ?? '';
  return Array.isArray(value) ? value.join(',') : value;
}
