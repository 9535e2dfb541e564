import type { Crd } from '../crds.ts';
import type { Node } from '../structural.ts';

/** How a console shows a field of a resource. */
export interface Descriptor {
  readonly path: string;
  readonly displayName: string;
  readonly description: string;
  readonly 'x-descriptors'?: readonly string[];
}

const UI = 'urn:alm:descriptor:com.tectonic.ui';

/** The fields of the spec that a form can fill in. */
export function specDescriptors(crd: Crd): readonly Descriptor[] {
  return descriptorsOf(crd, 'spec', widgetsOf);
}

/** The fields of the status. */
export function statusDescriptors(crd: Crd): readonly Descriptor[] {
  return descriptorsOf(crd, 'status', (path) =>
    path === 'conditions' ? ['urn:alm:descriptor:io.kubernetes.conditions'] : [],
  );
}

function descriptorsOf(
  crd: Crd,
  part: 'spec' | 'status',
  xDescriptors: (path: string, node: Node) => readonly string[],
): readonly Descriptor[] {
  const root = crd.spec.versions[0].schema.openAPIV3Schema.properties?.[part];
  return leaves(root, '').map(([path, node]) => {
    const widgets = xDescriptors(path, node);
    return {
      path,
      displayName: titleOf(path),
      description: node.description ?? '',
      ...(widgets.length > 0 && { 'x-descriptors': widgets }),
    };
  });
}

/** Fields without fields of their own. Lists and maps are one field. */
function leaves(node: Node | undefined, path: string): (readonly [string, Node])[] {
  return Object.entries(node?.properties ?? {}).flatMap(([name, child]) => {
    const at = path === '' ? name : `${path}.${name}`;
    return child.properties === undefined ? [[at, child] as const] : leaves(child, at);
  });
}

function widgetsOf(path: string, node: Node): readonly string[] {
  if (path.endsWith('SecretRef.name')) {
    return ['urn:alm:descriptor:io.kubernetes:Secret'];
  }
  if (node.enum !== undefined) {
    return node.enum.map((value) => `${UI}:select:${String(value)}`);
  }
  const widgets: Readonly<Record<string, string>> = {
    boolean: `${UI}:booleanSwitch`,
    integer: `${UI}:number`,
    string: `${UI}:text`,
  };
  const widget = widgets[node.type ?? ''];
  return widget === undefined ? [] : [widget];
}

/** `oauth.clientSecretRef.name` as `Oauth client secret ref name`. */
function titleOf(path: string): string {
  const words = path
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replaceAll('.', ' ')
    .replaceAll(/\boauth\b/g, 'OAuth')
    .replaceAll(/\burl\b/g, 'URL')
    .replaceAll(/\bid\b/g, 'ID')
    .replaceAll(/ ref\b/g, '');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
