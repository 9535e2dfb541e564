import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { canRender, render, renderOverlay } from './kustomize.ts';
import type { Manifest } from './manifest.ts';

const deploy = join(import.meta.dirname, '..', '..', '..', 'deploy');

/** One way to install the operator, rendered. */
export interface Variant {
  readonly name: string;
  readonly manifests: readonly Manifest[];
}

/** Folders below `deploy/<kind>`. */
function folders(kind: 'overlays' | 'components'): readonly string[] {
  return readdirSync(join(deploy, kind), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** Every overlay, every component on the overlay `cluster`, and all components together. Empty without kubectl. */
export function variants(): readonly Variant[] {
  if (!canRender) {
    return [];
  }
  const components = folders('components').map((name) => `deploy/components/${name}`);
  return [
    ...folders('overlays').map((name) => ({
      name: `overlay ${name}`,
      manifests: render(`deploy/overlays/${name}`),
    })),
    ...components.map((component) => ({
      name: `component ${component.split('/').at(-1)}`,
      manifests: renderOverlay({ resources: ['deploy/overlays/cluster'], components: [component] }),
    })),
    ...[components, components.toReversed()].map((all, index) => ({
      name: `all components on ha${index === 0 ? '' : ', in reverse order'}`,
      manifests: renderOverlay({ resources: ['deploy/overlays/ha'], components: all }),
    })),
  ];
}
