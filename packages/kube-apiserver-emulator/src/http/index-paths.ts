import { apiVersionOf } from '../objects.ts';
import type { Registry } from '../registry.ts';

/** Every path below which something is served, as `/` lists them. */
export function indexPaths(registry: Registry): readonly string[] {
  const groups = registry.groups().flatMap(({ name, versions }) => {
    const root = name === '' ? '/api' : `/apis/${name}`;
    const versioned = versions.map(
      (version) => `/${name === '' ? 'api' : 'apis'}/${apiVersionOf(name, version)}`,
    );
    return [root, ...versioned];
  });
  const others = ['/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'];
  return [...new Set([...groups, ...others])].sort();
}
