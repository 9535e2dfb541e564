/** The attributes of a request for authorization, audit and ledger. */
export interface RequestInfo {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; elsewhere the method, lower case. */
  readonly verb: string;
  /** False for discovery, health, OpenAPI and the like; the fields below are then empty. */
  readonly isResource: boolean;
  readonly group: string;
  readonly version: string;
  /** Plural. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly userAgent: string;
}

const namespaceSubresources = new Set(['status', 'finalize']);

/** Reads method and URL. Names are decoded after the path is split, so that an encoded slash stays part of a name. */
export function parseRequest(method: string, url: string, userAgent: string): RequestInfo {
  const { pathname, searchParams } = new URL(url, 'https://localhost');
  const path = pathname.length > 1 && pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
  const [root = '', ...rest] = path.slice(1).split('/').map(decodeURIComponent);
  const groupParts = root === 'api' ? 1 : root === 'apis' ? 2 : Number.POSITIVE_INFINITY;
  if (rest.length <= groupParts) {
    return nonResource(method, pathname, searchParams, userAgent);
  }
  const [group, version] = groupParts === 1 ? ['', rest[0]] : [rest[0], rest[1]];
  const watchPath = rest[groupParts] === 'watch' && rest.length > groupParts + 1;
  const target = readTarget(rest.slice(groupParts + (watchPath ? 1 : 0)));
  const watching =
    watchPath || (target.name === '' && ['true', '1'].includes(searchParams.get('watch') ?? ''));
  return {
    method,
    path: pathname,
    query: searchParams,
    userAgent,
    isResource: true,
    group: group ?? '',
    version: version ?? '',
    ...target,
    verb: verbOf(method, target.name !== '' && !watchPath, watching),
  };
}

function nonResource(method: string, path: string, query: URLSearchParams, userAgent: string): RequestInfo {
  return {
    method,
    path,
    query,
    userAgent,
    verb: method.toLowerCase(),
    isResource: false,
    group: '',
    version: '',
    resource: '',
    namespace: '',
    name: '',
    subresource: '',
  };
}

function readTarget(
  parts: readonly string[],
): Pick<RequestInfo, 'namespace' | 'resource' | 'name' | 'subresource'> {
  const [first = '', second = '', third = ''] = parts;
  const ofNamespace = first === 'namespaces' && parts.length > 2 && !namespaceSubresources.has(third);
  const [resource = '', name = '', ...below] = ofNamespace ? parts.slice(2) : parts;
  return {
    // A namespace counts as being in itself, as it does in authorization.
    namespace: first === 'namespaces' ? second : '',
    resource,
    name,
    subresource: below.join('/'),
  };
}

function verbOf(method: string, named: boolean, watching: boolean): string {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return watching ? 'watch' : named ? 'get' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return named ? 'delete' : 'deletecollection';
    default:
      return method.toLowerCase();
  }
}
