import { ANNOTATIONS, API_VERSION, FINALIZER } from '../../src/api/group.ts';
import type { Crd } from './crds.ts';
import { generatedFrom, plain, table } from './markdown.ts';
import type { Node } from './structural.ts';

const ANNOTATION_MEANINGS: Readonly<Record<keyof typeof ANNOTATIONS, string>> = {
  reconcileAt:
    'Any new value starts one pass at once; shown in `status.lastHandledReconcileAt` when it is handled.',
  reauthorizeAt: 'Any new value asks once for a new consent; shown in `status.lastHandledReauthorizeAt`.',
  switch:
    'Any new value moves the connection Secret to the instance of the new `spec.connector`, and back during the retention; shown in `status.lastHandledSwitchAt`.',
  paused:
    'Any value but `false` stops all work but deletion, like `spec.suspend`. Ready shows the value as the reason.',
  abandon: `A reason: the finalizer \`${FINALIZER}\` is removed without calls to Open Connectors.`,
  takeOver: '`"true"` accepts an instance that another owner has marked. Not with the default account.',
  attempt: "The operator's own: leave it alone.",
};

/** `docs/reference/crds.md`. */
export function renderCrdsPage(crds: readonly Crd[]): string {
  return [
    '# Custom resources',
    '',
    generatedFrom('src/api'),
    '',
    `Both kinds are namespaced and of the version \`${API_VERSION}\`. References name objects of the same namespace.`,
    'The same texts are shown by `kubectl explain`.',
    '',
    ...crds.flatMap(kindSection),
    '## Annotations',
    '',
    table(
      ['Annotation', 'Meaning'],
      Object.entries(ANNOTATION_MEANINGS).map(([key, meaning]) => [
        `\`${ANNOTATIONS[key as keyof typeof ANNOTATIONS]}\``,
        meaning,
      ]),
    ),
    '',
  ].join('\n');
}

function kindSection(crd: Crd): string[] {
  const { kind, shortNames } = crd.spec.names;
  const root = crd.spec.versions[0].schema.openAPIV3Schema;
  const { spec, status } = root.properties ?? {};
  return [
    `## ${kind}`,
    '',
    `${root.description ?? ''} Short name: \`${shortNames.join('`, `')}\`.`,
    '',
    '### Spec',
    '',
    fieldTable(spec, 'spec'),
    '',
    ...rulesOf(spec, 'spec'),
    '### Status',
    '',
    fieldTable(status, 'status'),
    '',
  ];
}

function fieldTable(node: Node | undefined, path: string): string {
  return table(['Field', 'Type', 'Meaning'], fields(node, path));
}

function fields(node: Node | undefined, path: string): string[][] {
  const below = node?.type === 'array' ? node.items : node;
  const prefix = node?.type === 'array' ? `${path}[]` : path;
  return Object.entries(below?.properties ?? {}).flatMap(([name, child]) => {
    const needed = below?.required?.includes(name) === true ? ' Required.' : '';
    const at = `${prefix}.${name}`;
    return [[`\`${at}\``, typeOf(child), `${plain(child.description ?? '')}${needed}`], ...fields(child, at)];
  });
}

function typeOf(node: Node): string {
  if (node.enum !== undefined) {
    return node.enum.map((it) => `\`${String(it)}\``).join(', ');
  }
  if (node.additionalProperties !== undefined) {
    return `map of ${typeOf(node.additionalProperties)}${most(node.maxProperties, 'keys')}`;
  }
  if (node.items !== undefined) {
    return `list of ${typeOf(node.items)}${most(node.maxItems, 'items')}`;
  }
  if (node.type === 'integer') {
    return node.minimum === undefined ? 'integer' : `integer from ${node.minimum}${upTo(node.maximum)}`;
  }
  return `${node.format === 'date-time' ? 'time' : (node.type ?? '')}${most(node.maxLength, 'characters')}`;
}

function most(limit: number | undefined, unit: string): string {
  return limit === undefined ? '' : ` (at most ${limit} ${unit})`;
}

function upTo(maximum: number | undefined): string {
  return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? '' : ` to ${maximum}`;
}

function rulesOf(node: Node | undefined, path: string): string[] {
  const rows = rules(node, path);
  return rows.length === 0 ? [] : ['Rules:', '', ...rows.map(([at, text]) => `- \`${at}\` ${text}`), ''];
}

function rules(node: Node | undefined, path: string): [string, string][] {
  if (node === undefined) {
    return [];
  }
  const here = (node['x-kubernetes-validations'] ?? []).map((rule): [string, string] => {
    const { message = '', fieldPath = '' } = rule as { message?: string; fieldPath?: string };
    return [`${path}${fieldPath}`, plain(message)];
  });
  const below = Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
    rules(child, `${path}.${name}`),
  );
  return [...here, ...below, ...rules(node.items, `${path}[]`)];
}
