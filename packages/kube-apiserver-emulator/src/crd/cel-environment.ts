import { Environment } from '@marcbachmann/cel-js';

/** A parsed URL in CEL, as Kubernetes' URL library makes it. */
class CelUrl {
  readonly parsed: URL;

  constructor(text: string) {
    this.parsed = new URL(text);
  }
}

/**
 * The CEL functions of Kubernetes 1.31 that rules of CRDs use, on top of the language itself: URLs, regular
 * expressions, lists, strings. Not there: quantity, format.*, semver. With `optionalOldSelf`, `oldSelf` is an optional.
 */
export function createCelEnvironment(optionalOldSelf = false): Environment {
  const env = new Environment({
    enableOptionalTypes: true,
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
  });
  registerUrls(env);
  registerStrings(env);
  registerLists(env);
  if (optionalOldSelf) {
    env.registerVariable('oldSelf', 'optional<dyn>');
  }
  return env;
}

function registerUrls(env: Environment): void {
  env.registerType('kubernetes.URL', { ctor: CelUrl, fields: {} });
  env.registerFunction('url(string): kubernetes.URL', (text: string) => new CelUrl(text));
  // url.ParseRequestURI of Go also takes an absolute path.
  env.registerFunction('isURL(string): bool', (text: string) => URL.canParse(text) || text.startsWith('/'));
  const getters: Record<string, (url: URL) => string> = {
    getScheme: (url) => url.protocol.slice(0, -1),
    getHost: (url) => url.host,
    getHostname: (url) => url.hostname.replaceAll(/^\[|\]$/g, ''),
    getPort: (url) => url.port,
    getEscapedPath: (url) => url.pathname,
  };
  for (const [name, get] of Object.entries(getters)) {
    env.registerFunction(`kubernetes.URL.${name}(): string`, (url: CelUrl) => get(url.parsed));
  }
}

function registerStrings(env: Environment): void {
  env.registerFunction('string.find(string): string', (text: string, pattern: string) => {
    return new RegExp(pattern, 'u').exec(text)?.[0] ?? '';
  });
  env.registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) => {
    return Array.from(text.matchAll(new RegExp(pattern, 'gu')), ([match]) => match);
  });
  env.registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
    text.replaceAll(from, () => to),
  );
  env.registerFunction(
    'string.charAt(int): string',
    (text: string, index: bigint) => [...text][Number(index)] ?? '',
  );
}

type Comparable = bigint | number | string | boolean;

function registerLists(env: Environment): void {
  env.registerFunction('list.isSorted(): bool', (items: readonly Comparable[]) =>
    items.every((item, index) => index === 0 || (items[index - 1] ?? item) <= item),
  );
  env.registerFunction('list.sum(): dyn', (items: readonly (bigint | number)[]) =>
    items.every((item) => typeof item === 'bigint')
      ? items.reduce((sum, item) => sum + item, 0n)
      : items.reduce((sum: number, item) => sum + Number(item), 0),
  );
  env.registerFunction('list.min(): dyn', (items: readonly Comparable[]) => items.toSorted(compare).at(0));
  env.registerFunction('list.max(): dyn', (items: readonly Comparable[]) => items.toSorted(compare).at(-1));
}

function compare(a: Comparable, b: Comparable): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
