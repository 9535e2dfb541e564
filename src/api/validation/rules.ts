import { DURATION_PATTERN, parseDuration } from '../duration.ts';

/**
 * A rule beyond the schema, as CEL for the API server and as a function for servers without CEL and for stored objects.
 * A property test compares both forms.
 */
export interface FieldRule<Self> {
  /** The path from the root, with `[*]` at the end for each element: `spec.oauth`, `spec.instance.tags[*]`. */
  readonly at: string;
  /** In functions that Kubernetes 1.31 has. Patterns in RE2 syntax. */
  readonly rule: string;
  /** Continues after the path of the field: the problem and the action. */
  readonly message: string;
  /** The field of the error below `at`, such as `.server`. */
  readonly fieldPath?: `.${string}`;
  readonly reason?: 'FieldValueRequired' | 'FieldValueForbidden' | 'FieldValueInvalid';
  /** Reads `oldSelf`, on updates only. */
  readonly transition?: true;
  /** `oldSelf` exists in transition rules only. */
  holds(self: Self, oldSelf: Self): boolean;
}

/** A rule for a value of any type. */
export type AnyRule = Omit<FieldRule<unknown>, 'holds'> & { holds(self: never, oldSelf: never): boolean };

/** Declares one rule for a value of type `Self`. */
export function rule<Self>(definition: FieldRule<Self>): AnyRule {
  return definition;
}

/** A rule that a text matches `pattern`, in both forms. */
export function matchesRule(definition: { at: string; pattern: RegExp; message: string }): AnyRule {
  const { at, pattern, message } = definition;
  return rule<string>({
    at,
    rule: `self.matches(${celPattern(pattern)})`,
    message,
    holds: (self) => pattern.test(self),
  });
}

/** A rule that a text is a Go duration from `min` to `max` (such texts themselves), in both forms. */
export function durationRule(definition: {
  at: string;
  min: string;
  max: string;
  examples: string;
}): AnyRule {
  const { at, min, max, examples } = definition;
  const [minMs = 0, maxMs = 0] = [parseDuration(min), parseDuration(max)];
  return rule<string>({
    at,
    rule: `self.matches(${celPattern(DURATION_PATTERN)}) && duration(self) >= duration('${min}') && duration(self) <= duration('${max}')`,
    message: `must be a duration from ${min} to ${max}, such as ${examples}`,
    holds: (self) => {
      const ms = parseDuration(self);
      return ms !== undefined && ms >= minMs && ms <= maxMs;
    },
  });
}

/** The source of `pattern` as a CEL literal, without the escapes of slashes that only JavaScript uses. */
export function celPattern(pattern: RegExp): string {
  const source = pattern.source.replaceAll('\\/', '/');
  return `'${source.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
