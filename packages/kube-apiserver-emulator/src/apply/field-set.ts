import { isJsonObject, type JsonObject } from '../objects.ts';
import { once } from '../once.ts';

/**
 * A set of fields, as `managedFields` writes it (`FieldsV1`): each step of a path is `f:<field>`, `k:<keys>` for an
 * element of a list by its keys, or `v:<value>` for an element of a set. A step can be a member, lead to others, or both.
 * Sets are values.
 */
export class FieldSet {
  static readonly empty = new FieldSet(new Set(), new Map());

  readonly members: ReadonlySet<string>;
  /** Never empty ones. */
  readonly children: ReadonlyMap<string, FieldSet>;
  /** Computed once. */
  #encoded: JsonObject | undefined;

  private constructor(members: ReadonlySet<string>, children: ReadonlyMap<string, FieldSet>) {
    this.members = members;
    this.children = children;
  }

  /** A set of these members, and of these sets below them; empty ones are left out. */
  static of(members: Iterable<string>, children: Iterable<readonly [string, FieldSet]> = []): FieldSet {
    const own = new Set(members);
    const below = new Map<string, FieldSet>();
    for (const [step, child] of children) {
      if (!child.isEmpty) {
        below.set(step, child);
      }
    }
    return own.size === 0 && below.size === 0 ? FieldSet.empty : new FieldSet(own, below);
  }

  /** Reads `fieldsV1`. Fails with an Error where it is something else. */
  static decode(fields: unknown): FieldSet {
    if (!isJsonObject(fields)) {
      throw new Error('fieldsV1 is no object');
    }
    return FieldSet.#decoded(fields);
  }

  /** Cached, because most writes keep most entries and the same text is read repeatedly. */
  static readonly #decoded = once((fields: JsonObject): FieldSet => {
    const members: string[] = [];
    const children: [string, FieldSet][] = [];
    for (const [step, below] of Object.entries(fields)) {
      if (step === '.') {
        continue; // Says of the step that led here that it is a member.
      }
      if (!/^[fkvi]:/.test(step) || !isJsonObject(below)) {
        throw new Error(`fieldsV1 has the step ${step}`);
      }
      if (Object.keys(below).length === 0 || below['.'] !== undefined) {
        members.push(step);
      }
      children.push([step, FieldSet.decode(below)]);
    }
    return FieldSet.of(members, children);
  });

  get isEmpty(): boolean {
    return this.members.size === 0 && this.children.size === 0;
  }

  /** The set of the fields below a path element. */
  below(step: string): FieldSet {
    return this.children.get(step) ?? FieldSet.empty;
  }

  /** As `fieldsV1` has it. */
  encode(): JsonObject {
    this.#encoded ??= this.#computeEncoded();
    return this.#encoded;
  }

  #computeEncoded(): JsonObject {
    const result: JsonObject = {};
    for (const step of this.#steps()) {
      const below = this.below(step).encode();
      result[step] = this.members.has(step) && Object.keys(below).length > 0 ? { '.': {}, ...below } : below;
    }
    return result;
  }

  union(other: FieldSet): FieldSet {
    if (this.isEmpty || this === other) {
      return other;
    }
    if (other.isEmpty) {
      return this;
    }
    const children = new Map(this.children);
    for (const [step, child] of other.children) {
      children.set(step, this.below(step).union(child));
    }
    return FieldSet.of([...this.members, ...other.members], children);
  }

  intersection(other: FieldSet): FieldSet {
    if (this.isEmpty || other.isEmpty) {
      return FieldSet.empty;
    }
    return FieldSet.of(
      [...this.members].filter((step) => other.members.has(step)),
      [...this.children].map(([step, child]) => [step, child.intersection(other.below(step))]),
    );
  }

  /** Without the members of the other set; the fields below them stay. */
  difference(other: FieldSet): FieldSet {
    if (this.isEmpty || other.isEmpty) {
      return this;
    }
    return FieldSet.of(
      [...this.members].filter((step) => !other.members.has(step)),
      [...this.children].map(([step, child]) => [step, child.difference(other.below(step))]),
    );
  }

  /** Without the members of the other set and the fields below them. */
  without(other: FieldSet): FieldSet {
    if (this.isEmpty || other.isEmpty) {
      return this;
    }
    return FieldSet.of(
      [...this.members].filter((step) => !other.members.has(step)),
      [...this.children]
        .filter(([step]) => !other.members.has(step))
        .map(([step, child]) => [step, child.without(other.below(step))]),
    );
  }

  /** Every path as people read it (`.spec.items[name="a"].value`), those of a level before those below it. */
  paths(prefix = ''): string[] {
    const members = [...this.members].sort().map((step) => prefix + stepText(step));
    const below = [...this.children.keys()]
      .sort()
      .flatMap((step) => this.below(step).paths(prefix + stepText(step)));
    return [...members, ...below];
  }

  #steps(): string[] {
    return [...new Set([...this.members, ...this.children.keys()])].sort();
  }
}

/** The step to a field of a map. */
export function fieldStep(name: string): string {
  return `f:${name}`;
}

function stepText(step: string): string {
  const rest = step.slice(2);
  switch (step[0]) {
    case 'f':
      return `.${rest}`;
    case 'v':
      return `[=${rest}]`;
    case 'k': {
      const keys = Object.entries(JSON.parse(rest) as JsonObject);
      return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
    }
    default:
      return `[${rest}]`;
  }
}
