/**
 * A rule that a plain schema cannot say, once as CEL for the API server and once as a function for servers that ignore
 * CEL and for objects stored before. Both say the same; a property test holds them to it.
 */
export interface FieldRule<Self> {
  /** Where it stands, from the root: `spec.oauth`, `spec.instance.tags[*]`. */
  readonly at: string;
  /** In functions that Kubernetes 1.31 has. Patterns in RE2 syntax. */
  readonly rule: string;
  /** Goes on where the field's path ends: says what is wrong and what to do. */
  readonly message: string;
  /** The field below `at` that the error is about, such as `.server`. */
  readonly fieldPath?: `.${string}`;
  readonly reason?: 'FieldValueRequired' | 'FieldValueForbidden' | 'FieldValueInvalid';
  /** Looks at `oldSelf` and is checked on updates only. */
  readonly transition?: true;
  /** `oldSelf` is there in transition rules only. */
  holds(self: Self, oldSelf: Self): boolean;
}

/** A rule whose type at its place is no longer known. */
export type AnyRule = Omit<FieldRule<unknown>, 'holds'> & { holds(self: never, oldSelf: never): boolean };

/** Declares one rule, with the type of the value it stands at. */
export function rule<Self>(definition: FieldRule<Self>): AnyRule {
  return definition;
}

/** A rule that a text matches `pattern`; one source for both forms. */
export function matchesRule(definition: { at: string; pattern: RegExp; message: string }): AnyRule {
  const { at, pattern, message } = definition;
  return rule<string>({
    at,
    rule: `self.matches(${celPattern(pattern)})`,
    message,
    holds: (self) => pattern.test(self),
  });
}

/** The source of `pattern` as a literal of CEL. JavaScript escapes slashes, which nobody else needs. */
export function celPattern(pattern: RegExp): string {
  const source = pattern.source.replaceAll('\\/', '/');
  return `'${source.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
