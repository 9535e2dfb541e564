import { isDeepStrictEqual } from 'node:util';
import type { Environment } from '@marcbachmann/cel-js';
import { createCelEnvironment } from './cel-environment.ts';
import { toCel, withTypeAndName } from './cel-values.ts';
import * as fe from './field-error.ts';
import { canonical, listMapKey } from './list-types.ts';
import { fieldSchema, isObject, type Schema, type ValidationRule } from './schema.ts';

type Program = (context: Record<string, unknown>) => unknown;

interface CompiledRule {
  readonly rule: ValidationRule;
  readonly program: Program;
  readonly message: Program | undefined;
  readonly usesOldSelf: boolean;
}

/** Evaluates the `x-kubernetes-validations` of a schema, transition rules included. */
export class CelValidator {
  readonly #env: Environment = createCelEnvironment();
  readonly #optionalEnv: Environment = createCelEnvironment(true);
  readonly #schema: Schema;
  readonly #rules = new Map<Schema, readonly CompiledRule[]>();
  readonly #none: unknown;
  readonly #some: Program;

  /** @throws when a rule does not parse. */
  constructor(schema: Schema) {
    this.#schema = schema;
    this.#none = this.#env.parse('optional.none()')({});
    this.#some = this.#env.parse('optional.of(value)');
    this.#compile(schema);
  }

  /** True if the schema has no rule. */
  get isEmpty(): boolean {
    return this.#rules.size === 0;
  }

  /** `old` is the stored object on an update, `undefined` on a create. */
  errors(value: unknown, old?: unknown): fe.FieldError[] {
    return this.#check(value, old, this.#schema, '');
  }

  #compile(schema: Schema): void {
    const rules = schema['x-kubernetes-validations'];
    if (rules !== undefined) {
      this.#rules.set(
        schema,
        rules.map((rule) => ({
          rule,
          program: (rule.optionalOldSelf === true ? this.#optionalEnv : this.#env).parse(rule.rule),
          message: rule.messageExpression === undefined ? undefined : this.#env.parse(rule.messageExpression),
          usesOldSelf: /\boldSelf\b/.test(rule.rule),
        })),
      );
    }
    for (const child of children(schema)) {
      this.#compile(child);
    }
  }

  #check(value: unknown, old: unknown, schema: Schema, path: string): fe.FieldError[] {
    if (value === null || value === undefined) {
      return [];
    }
    const errors = this.#checkHere(value, old, schema, path);
    if (Array.isArray(value)) {
      errors.push(...this.#checkItems(value, old, schema, path));
    } else if (isObject(value)) {
      for (const [name, field] of Object.entries(value)) {
        const declared = fieldSchema(schema, name);
        if (declared !== undefined) {
          const before = isObject(old) && Object.hasOwn(old, name) ? old[name] : undefined;
          errors.push(...this.#check(field, before, declared, pathTo(schema, path, name)));
        }
      }
    }
    return errors;
  }

  #checkItems(items: readonly unknown[], old: unknown, schema: Schema, path: string): fe.FieldError[] {
    const { items: element } = schema;
    if (element === undefined) {
      return [];
    }
    const before = new Map<string, unknown>();
    if (schema['x-kubernetes-list-type'] === 'map' && Array.isArray(old)) {
      for (const item of old) {
        before.set(canonical(listMapKey(item, schema)), item);
      }
    }
    return items.flatMap((item, index) =>
      this.#check(item, before.get(canonical(listMapKey(item, schema))), element, `${path}[${index}]`),
    );
  }

  #checkHere(value: unknown, old: unknown, schema: Schema, path: string): fe.FieldError[] {
    // Ratcheting (on by default since Kubernetes 1.30): a value that the update leaves as it is meets transition rules only.
    const isUnchanged = old !== undefined && old !== null && isDeepStrictEqual(value, old);
    const rules = (this.#rules.get(schema) ?? []).filter((rule) => !isUnchanged || rule.usesOldSelf);
    if (rules.length === 0) {
      return [];
    }
    const visible = path === '' ? withTypeAndName(schema) : schema;
    const self = toCel(value, visible);
    const oldSelf = old === undefined || old === null ? undefined : toCel(old, visible);
    return rules.flatMap((compiled) =>
      this.#evaluate(compiled, self, oldSelf, schema.type ?? 'object', path),
    );
  }

  #evaluate(
    compiled: CompiledRule,
    self: unknown,
    oldSelf: unknown,
    type: string,
    path: string,
  ): fe.FieldError[] {
    const { rule } = compiled;
    const optional = rule.optionalOldSelf === true;
    if (compiled.usesOldSelf && oldSelf === undefined && !optional) {
      return [];
    }
    const before = optional ? this.#optional(oldSelf) : oldSelf;
    const context = before === undefined ? { self } : { self, oldSelf: before };
    const outcome = run(compiled.program, context);
    if (outcome.error !== undefined) {
      return [fe.invalid(path, type, `${outcome.error} evaluating rule: ${rule.message ?? rule.rule}`)];
    }
    return outcome.value === true ? [] : [violation(rule, messageOf(compiled, context), type, path)];
  }

  #optional(value: unknown): unknown {
    return value === undefined ? this.#none : this.#some({ value });
  }
}

type Outcome = { readonly value: unknown; readonly error?: undefined } | { readonly error: string };

/** Errors of a rule are the rule's outcome, as the API server sees them. */
function run(program: Program, context: Record<string, unknown>): Outcome {
  try {
    return { value: program(context) };
  } catch (error) {
    return { error: error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error) };
  }
}

function messageOf({ rule, message }: CompiledRule, context: Record<string, unknown>): string {
  const outcome = message === undefined ? undefined : run(message, context);
  const text = outcome?.error === undefined ? outcome?.value : undefined;
  if (typeof text === 'string' && text.trim() !== '' && !text.includes('\n')) {
    return text.trim();
  }
  return rule.message?.trim() || `failed rule: ${rule.rule.trim()}`;
}

function violation(rule: ValidationRule, detail: string, type: string, path: string): fe.FieldError {
  const at = `${path}${rule.fieldPath ?? ''}`.replace(/^\./, '');
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return fe.forbidden(at, detail);
    case 'FieldValueRequired':
      return fe.required(at, detail);
    case 'FieldValueDuplicate':
      return fe.duplicate(at, type);
    default:
      return fe.invalid(at, type, detail);
  }
}

function pathTo(schema: Schema, path: string, name: string): string {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, name)) {
    return path === '' ? name : `${path}.${name}`;
  }
  return `${path}[${name}]`;
}

/** The schemas directly below `schema` that describe a part of the value. */
export function children(schema: Schema): Schema[] {
  return [
    ...Object.values(schema.properties ?? {}),
    ...(typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []),
    ...(schema.items === undefined ? [] : [schema.items]),
  ];
}
