import { hubAccounts, type Route, routes } from './routes.ts';

/** The route of a method and path. */
export type Match =
  | { readonly kind: 'route'; readonly route: Route; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: 'wrong-method' }
  | { readonly kind: 'none' };

interface Compiled {
  readonly route: Route;
  readonly segments: readonly string[];
}

const compiled: readonly Compiled[] = routes.map((route) => ({ route, segments: route.path.split('/') }));

function parametersOf(
  pattern: readonly string[],
  path: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== path.length) {
    return undefined;
  }
  const parameters: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const actual = path[index] ?? '';
    if (expected.startsWith('{') && actual !== '') {
      parameters[expected.slice(1, -1)] = actual;
    } else if (expected !== actual) {
      return undefined;
    }
  }
  return parameters;
}

/** Decodes percent-encoding. An invalid segment matches no parameter of this API, so it stays as it is. */
function decoded(segments: readonly string[]): readonly string[] {
  return segments.map((segment) => new URLSearchParams(`s=${segment.replaceAll('+', '%2B')}`).get('s') ?? '');
}

/** Finds the operation for a path below the API's prefix. The name of the hub has no effect (churros). */
export function findRoute(method: string, path: string, withInstanceToken: boolean): Match {
  const [, inHub] = /^\/hubs\/[^/]+(\/.*)$/.exec(path) ?? [];
  const plain = inHub ?? path;
  if (plain === '/accounts' && method === 'GET' && (inHub !== undefined || withInstanceToken)) {
    return { kind: 'route', route: hubAccounts, parameters: {} };
  }
  const segments = decoded(plain.split('/'));
  let known = false;
  for (const { route, segments: pattern } of compiled) {
    const parameters = parametersOf(pattern, segments);
    if (parameters !== undefined && route.method === method) {
      return { kind: 'route', route, parameters };
    }
    known ||= parameters !== undefined;
  }
  return { kind: known ? 'wrong-method' : 'none' };
}
