import { createCelEnvironment } from './cel-environment.ts';
import { celName } from './cel-values.ts';
import { re2Problem } from './re2.ts';
import type { Schema, ValidationRule } from './schema.ts';

/** A problem of a schema: the API server would refuse it, or it is fragile. */
export interface LintProblem {
  /** Such as `properties[spec].items`. */
  readonly path: string;
  readonly message: string;
}

const FORBIDDEN_EVERYWHERE = [
  '$ref',
  '$schema',
  'definitions',
  'dependencies',
  'deprecated',
  'discriminator',
  'id',
  'patternProperties',
  'readOnly',
  'writeOnly',
  'xml',
  'const',
  'examples',
  'propertyNames',
  'additionalItems',
] as const;

const FORBIDDEN_IN_JUNCTORS = [
  'type',
  'title',
  'description',
  'default',
  'nullable',
  'additionalProperties',
] as const;

const TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean'];

/**
 * Checks a schema by the rules of structural schemas (Kubernetes documentation, "Specifying a structural schema"; the
 * API server's `schema/validation.go`), plus three of our own: every string, list and map is bounded, because the cost
 * of rules is estimated from the bounds; a rule names declared fields only; no defaults below references.
 */
export function lintStructural(root: Schema): LintProblem[] {
  return [
    ...(root.type === 'object' ? [] : [problem('', 'the root must be of type object')]),
    ...(root.additionalProperties === undefined
      ? []
      : [problem('additionalProperties', 'must not be used at the root')]),
    ...rootMetadata(root),
    ...lintNode(root, ''),
  ];
}

function rootMetadata(root: Schema): LintProblem[] {
  const metadata = root.properties?.['metadata'];
  const problems = ['apiVersion', 'kind', 'metadata']
    .filter((name) => root.properties?.[name]?.default !== undefined)
    .map((name) => problem(`properties[${name}].default`, 'type and metadata must not have defaults'));
  const named = Object.keys(metadata?.properties ?? {}).filter(
    (it) => it !== 'name' && it !== 'generateName',
  );
  return named.length === 0
    ? problems
    : [...problems, problem('properties[metadata]', 'may restrict name and generateName only')];
}

function lintNode(node: Schema, path: string): LintProblem[] {
  return [
    ...keywords(node, path),
    ...typeOf(node, path),
    ...bounds(node, path),
    ...lists(node, path),
    ...junctors(node, path),
    ...rules(node, path),
    ...below(node, path),
  ];
}

function below(node: Schema, path: string): LintProblem[] {
  return [
    ...Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
      // Type and metadata at the root belong to the API server, which bounds them by itself.
      const own = path === '' && ['apiVersion', 'kind', 'metadata'].includes(name);
      return own
        ? keywords(child, `properties[${name}]`)
        : lintNode(child, join(path, `properties[${name}]`));
    }),
    ...(typeof node.additionalProperties === 'object'
      ? lintNode(node.additionalProperties, join(path, 'additionalProperties'))
      : []),
    ...(node.items === undefined ? [] : lintNode(node.items, join(path, 'items'))),
  ];
}

function keywords(node: Schema, path: string): LintProblem[] {
  const problems = FORBIDDEN_EVERYWHERE.filter((keyword) => Object.hasOwn(node, keyword)).map((keyword) =>
    problem(path, `${keyword} is forbidden`),
  );
  if (node['uniqueItems'] === true) {
    problems.push(problem(path, 'uniqueItems: true is forbidden'));
  }
  for (const keyword of ['exclusiveMinimum', 'exclusiveMaximum']) {
    if (node[keyword] !== undefined && typeof node[keyword] !== 'boolean') {
      problems.push(problem(path, `${keyword} must be a boolean`));
    }
  }
  if (typeof node['pattern'] === 'string') {
    const wrong = re2Problem(node['pattern']);
    if (wrong !== undefined) {
      problems.push(problem(path, `pattern: ${wrong}`));
    }
  }
  return problems;
}

function typeOf(node: Schema, path: string): LintProblem[] {
  const free =
    node['x-kubernetes-int-or-string'] === true || node['x-kubernetes-preserve-unknown-fields'] === true;
  if (node.type === undefined || node.type === '') {
    return free ? [] : [problem(path, 'type must not be empty')];
  }
  return TYPES.includes(node.type) ? [] : [problem(path, `type ${node.type} is unknown`)];
}

function bounds(node: Schema, path: string): LintProblem[] {
  const bounded =
    (node.type !== 'string' || node['maxLength'] !== undefined || node['enum'] !== undefined) &&
    (node.type !== 'array' || node['maxItems'] !== undefined) &&
    (node.additionalProperties === undefined || node['maxProperties'] !== undefined);
  return bounded ? [] : [problem(path, 'must be bounded (maxLength, maxItems or maxProperties)')];
}

function lists(node: Schema, path: string): LintProblem[] {
  const problems: LintProblem[] = [];
  if (node.type === 'array' && node.items === undefined) {
    problems.push(problem(path, 'items must be specified'));
  }
  if (node.additionalProperties === false) {
    problems.push(problem(path, 'additionalProperties: false is forbidden'));
  }
  if (node.additionalProperties !== undefined && node.properties !== undefined) {
    problems.push(problem(path, 'additionalProperties excludes properties'));
  }
  const keys = node['x-kubernetes-list-map-keys'] ?? [];
  if ((node['x-kubernetes-list-type'] === 'map') !== keys.length > 0) {
    problems.push(problem(path, 'a list map needs its keys, and only it has them'));
  }
  for (const key of keys) {
    const declared = node.items?.properties?.[key];
    const given = node.items?.required?.includes(key) === true || declared?.default !== undefined;
    if (declared === undefined || !given) {
      problems.push(problem(path, `the list map key ${key} must be required or have a default`));
    }
  }
  if (node['x-kubernetes-map-type'] === 'atomic' && hasDefault(node)) {
    problems.push(problem(path, 'no defaults below a reference'));
  }
  return problems;
}

function hasDefault(node: Schema): boolean {
  return Object.values(node.properties ?? {}).some(
    (child) => child.default !== undefined || hasDefault(child),
  );
}

function junctors(node: Schema, path: string): LintProblem[] {
  if (node['x-kubernetes-int-or-string'] === true) {
    return [];
  }
  const branches = (['allOf', 'anyOf', 'oneOf'] as const).flatMap((keyword) =>
    (node[keyword] ?? []).map((branch, index): [string, Schema] => [
      join(path, `${keyword}[${index}]`),
      branch,
    ]),
  );
  const all =
    node.not === undefined ? branches : [...branches, [join(path, 'not'), node.not] as [string, Schema]];
  return all.flatMap(([at, branch]) => insideJunctor(branch, node, at));
}

function insideJunctor(branch: Schema, outside: Schema | undefined, path: string): LintProblem[] {
  const forbidden = Object.keys(branch).filter(
    (keyword) => keyword.startsWith('x-kubernetes-') || FORBIDDEN_IN_JUNCTORS.some((it) => it === keyword),
  );
  const fields = Object.entries(branch.properties ?? {}).flatMap(([name, child]) => {
    const at = join(path, `properties[${name}]`);
    const declared = outside?.properties?.[name];
    return [
      ...(declared === undefined ? [problem(at, 'must also be declared outside of the junctor')] : []),
      ...insideJunctor(child, declared, at),
    ];
  });
  return [
    ...forbidden.map((keyword) => problem(path, `${keyword} is forbidden inside of a junctor`)),
    ...fields,
  ];
}

function rules(node: Schema, path: string): LintProblem[] {
  return (node['x-kubernetes-validations'] ?? []).flatMap((rule) => {
    const says = (message: string): LintProblem => problem(path, `rule "${rule.rule}": ${message}`);
    const problems: LintProblem[] = [];
    if (rule.rule.includes('\n') && rule.message === undefined) {
      problems.push(says('a rule with a line break needs a message'));
    }
    if (rule.message?.includes('\n') === true) {
      problems.push(says('a message must not have a line break'));
    }
    if (rule.fieldPath !== undefined && !isField(node, rule.fieldPath)) {
      problems.push(says(`fieldPath ${rule.fieldPath} is no declared field`));
    }
    const wrong = compileProblem(rule);
    if (wrong !== undefined) {
      problems.push(says(wrong));
    }
    for (const unknown of undeclared(rule.rule, node)) {
      problems.push(says(`${unknown} is no declared field`));
    }
    for (const [, literal = ''] of rule.rule.matchAll(/\.matches\('((?:[^'\\]|\\.)*)'\)/g)) {
      const bad = re2Problem(literal.replaceAll(/\\(.)/g, '$1'));
      if (bad !== undefined) {
        problems.push(says(bad));
      }
    }
    return problems;
  });
}

function compileProblem(rule: ValidationRule): string | undefined {
  const result = createCelEnvironment(rule.optionalOldSelf).check(rule.rule);
  if (!result.valid) {
    return result.error?.message.split('\n')[0] ?? 'does not compile';
  }
  return result.type === 'bool' || result.type === 'dyn' ? undefined : `is of type ${result.type}, not bool`;
}

/** Paths after `self` and `oldSelf` that lead to no declared field. The API server types `self` by its schema. */
function undeclared(rule: string, node: Schema): string[] {
  const code = rule.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, "''");
  return Array.from(
    code.matchAll(/\b(?:self|oldSelf)((?:\.\??[A-Za-z_]\w*(?!\w*\())+)/g),
    ([, path = '']) => path,
  )
    .filter((path) => node.type === 'object' && node.properties !== undefined && !isField(node, path))
    .map((path) => `self${path}`);
}

function isField(node: Schema, path: string): boolean {
  let here: Schema | undefined = node;
  for (const step of path.split('.').slice(1)) {
    const name = step.replace('?', '');
    const declared: [string, Schema] | undefined = Object.entries(here?.properties ?? {}).find(
      ([field]) => field === name || celName(field) === name,
    );
    here = declared?.[1];
    if (here === undefined) {
      return false;
    }
  }
  return true;
}

function problem(path: string, message: string): LintProblem {
  return { path, message };
}

function join(path: string, step: string): string {
  return path === '' ? step : `${path}.${step}`;
}
