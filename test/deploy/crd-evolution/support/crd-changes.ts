import type { ComparedCrd } from './crd.ts';
import { type IncompatibleChange, schemaChanges } from './schema-changes.ts';

type Version = ComparedCrd['spec']['versions'][number];

/** The incompatible changes of a CRD from `before` to `after`: names, versions, and the schema of each version. */
export function crdChanges(before: ComparedCrd, after: ComparedCrd): readonly IncompatibleChange[] {
  const names = [
    before.spec.group !== after.spec.group && 'other group',
    before.spec.scope !== after.spec.scope && 'other scope',
    ...(['kind', 'plural', 'singular'] as const).map(
      (name) => before.spec.names[name] !== after.spec.names[name] && `other ${name}`,
    ),
    ...removed(before.spec.names.shortNames, after.spec.names.shortNames, 'short name'),
  ].filter((change) => change !== false);
  return [
    ...names.map((change) => ({ path: '', change })),
    ...before.spec.versions
      .filter(({ served }) => served)
      .flatMap((version) => versionChanges(version, after.spec.versions)),
  ];
}

function versionChanges(before: Version, versions: readonly Version[]): readonly IncompatibleChange[] {
  const after = versions.find(({ name, served }) => name === before.name && served);
  if (after === undefined) {
    return [{ path: '', change: `removed version ${before.name}` }];
  }
  const fieldsOf = ({ selectableFields }: Version): readonly string[] =>
    selectableFields.map(({ jsonPath }) => jsonPath);
  return [
    ...removed(Object.keys(before.subresources), Object.keys(after.subresources), 'subresource'),
    ...removed(fieldsOf(before), fieldsOf(after), 'selectable field'),
  ]
    .map((change): IncompatibleChange => ({ path: '', change }))
    .concat(schemaChanges(before.schema.openAPIV3Schema, after.schema.openAPIV3Schema));
}

function removed(before: readonly string[], after: readonly string[], what: string): string[] {
  return before.filter((name) => !after.includes(name)).map((name) => `removed ${what} ${name}`);
}
