import { labelProblems, subdomainProblems } from '../names.ts';
import { type JsonObject, type KubeObject, objectOf, stringOf } from '../objects.ts';
import { compileJsonPath } from '../render/jsonpath.ts';
import { type Cause, forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../status.ts';
import { structuralCauses } from './structural.ts';
import { versionValidator } from './version-validator.ts';

const columnTypes = ['integer', 'number', 'string', 'boolean', 'date'];

/** The field errors of a CustomResourceDefinition. */
export function definitionCauses(crd: KubeObject): Cause[] {
  const spec = objectOf(crd['spec']);
  const causes = [...nameCauses(crd, spec), ...scopeCauses(spec), ...versionsCauses(spec)];
  return causes.length > 0 ? causes : compileCauses(spec);
}

/** The field errors of a change to immutable fields of a definition. */
export function definitionUpdateCauses(next: KubeObject, current: KubeObject): Cause[] {
  const fields = ['group', 'scope'] as const;
  const [after, before] = [objectOf(next['spec']), objectOf(current['spec'])];
  return fields
    .filter((field) => after[field] !== before[field])
    .map((field) => invalidValue(`spec.${field}`, after[field], 'field is immutable'));
}

function nameCauses(crd: KubeObject, spec: JsonObject): Cause[] {
  const group = stringOf(spec['group']);
  const names = objectOf(spec['names']);
  const plural = stringOf(names['plural']);
  const causes: Cause[] = [];
  if (crd.metadata.name !== `${plural}.${group}`) {
    causes.push(
      invalidValue('metadata.name', crd.metadata.name ?? '', 'must be spec.names.plural+"."+spec.group'),
    );
  }
  if (group === '') {
    causes.push(requiredValue('spec.group'));
  } else {
    causes.push(...subdomainProblems(group).map((problem) => invalidValue('spec.group', group, problem)));
    if (!group.includes('.')) {
      causes.push(invalidValue('spec.group', group, 'should be a domain with at least one dot'));
    }
  }
  for (const field of ['plural', 'singular', 'kind', 'listKind']) {
    const value = stringOf(names[field]);
    if (value === '') {
      causes.push(requiredValue(`spec.names.${field}`));
    } else {
      causes.push(
        ...labelProblems(value.toLowerCase()).map((problem) =>
          invalidValue(`spec.names.${field}`, value, problem),
        ),
      );
    }
  }
  return causes;
}

function scopeCauses(spec: JsonObject): Cause[] {
  const scope = stringOf(spec['scope']);
  if (scope === '') {
    return [requiredValue('spec.scope')];
  }
  return ['Cluster', 'Namespaced'].includes(scope)
    ? []
    : [unsupportedValue('spec.scope', scope, ['Cluster', 'Namespaced'])];
}

function versionsCauses(spec: JsonObject): Cause[] {
  const versions = listOf(spec['versions']);
  const causes = versions.flatMap((version, index) => versionCauses(version, `spec.versions[${index}]`));
  if (versions.filter((version) => version['storage'] === true).length !== 1) {
    causes.push(
      invalidValue(
        'spec.versions',
        versions.map(({ name }) => name),
        'must have exactly one version marked as storage version',
      ),
    );
  }
  const names = versions.map(({ name }) => name);
  if (new Set(names).size !== names.length) {
    causes.push(invalidValue('spec.versions', names, 'must contain unique version names'));
  }
  if (spec['preserveUnknownFields'] === true) {
    causes.push(
      invalidValue(
        'spec.preserveUnknownFields',
        true,
        'must be false in order to use defaults in the schema',
      ),
    );
  }
  return causes;
}

function versionCauses(version: JsonObject, path: string): Cause[] {
  const schema = objectOf(version['schema'])['openAPIV3Schema'];
  const causes: Cause[] = [];
  if (stringOf(version['name']) === '') {
    causes.push(requiredValue(`${path}.name`));
  }
  if (schema === undefined) {
    causes.push(requiredValue(`${path}.schema.openAPIV3Schema`, 'schemas are required'));
  } else {
    causes.push(...structuralCauses(objectOf(schema), `${path}.schema.openAPIV3Schema`));
  }
  for (const [index, column] of listOf(version['additionalPrinterColumns']).entries()) {
    causes.push(...columnCauses(column, `${path}.additionalPrinterColumns[${index}]`));
  }
  const selectable = listOf(version['selectableFields']);
  if (selectable.length > 8) {
    causes.push(invalidValue(`${path}.selectableFields`, selectable.length, 'must have at most 8 items'));
  }
  for (const [index, { jsonPath }] of selectable.entries()) {
    causes.push(
      ...selectableCauses(
        stringOf(jsonPath),
        objectOf(schema),
        `${path}.selectableFields[${index}].jsonPath`,
      ),
    );
  }
  return causes;
}

function columnCauses(column: JsonObject, path: string): Cause[] {
  const causes = ['name', 'type', 'jsonPath']
    .filter((field) => stringOf(column[field]) === '')
    .map((field) => requiredValue(`${path}.${field}`));
  const type = stringOf(column['type']);
  if (type !== '' && !columnTypes.includes(type)) {
    causes.push(invalidValue(`${path}.type`, type, `must be one of ${columnTypes.join(',')}`));
  }
  const jsonPath = stringOf(column['jsonPath']);
  if (jsonPath !== '') {
    causes.push(...pathCauses(jsonPath, `${path}.jsonPath`));
  }
  return causes;
}

function pathCauses(jsonPath: string, path: string): Cause[] {
  try {
    compileJsonPath(jsonPath);
    return [];
  } catch (error) {
    return [invalidValue(path, jsonPath, error instanceof Error ? error.message : 'is not a JSON path')];
  }
}

function selectableCauses(jsonPath: string, schema: JsonObject, path: string): Cause[] {
  if (!/^(\.[A-Za-z_][\w-]*)+$/.test(jsonPath)) {
    return [invalidValue(path, jsonPath, 'is an invalid path: only simple field paths are allowed')];
  }
  if (jsonPath.startsWith('.metadata')) {
    return [invalidValue(path, jsonPath, 'must not point to fields in metadata')];
  }
  let at: JsonObject = schema;
  for (const name of jsonPath.slice(1).split('.')) {
    at = objectOf(objectOf(at['properties'])[name]);
  }
  return ['string', 'boolean', 'integer'].includes(stringOf(at['type']))
    ? []
    : [
        invalidValue(
          path,
          jsonPath,
          'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
        ),
      ];
}

/** Patterns and rules are compiled where they are used: a definition that cannot be used is refused. */
function compileCauses(spec: JsonObject): Cause[] {
  return listOf(spec['versions']).flatMap((version, index) => {
    try {
      versionValidator(version);
      return [];
    } catch (error) {
      const path = `spec.versions[${index}].schema.openAPIV3Schema`;
      return [forbiddenValue(path, error instanceof Error ? error.message : 'does not compile')];
    }
  });
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}
