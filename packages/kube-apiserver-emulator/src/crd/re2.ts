/** Syntax that Go's regexp (RE2) refuses or interprets differently from JavaScript. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/\(\?<?[=!]/, 'look-around'],
  [/\\[1-9]/, 'a back-reference'],
  [/\\k</, 'a named back-reference'],
  [/\\u|\\c[A-Za-z]/, 'a JavaScript escape'],
  [/[*+?}]\+/, 'a possessive quantifier'],
  [/\(\?>/, 'an atomic group'],
];

/** Go refuses more repetitions than this. */
const MOST_REPETITIONS = 1000;

/** Why Go's regexp would not compile `pattern`, or `undefined` where it would. */
export function re2Problem(pattern: string): string | undefined {
  const bare = pattern.replaceAll(/\\\\/g, '').replaceAll(/\[(?:\\.|[^\]\\])*\]/g, '[]');
  for (const [construct, name] of REFUSED) {
    if (construct.test(bare)) {
      return `${name} is unknown to RE2`;
    }
  }
  for (const [, from = '', to = ''] of bare.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    if (Number(from) > MOST_REPETITIONS || Number(to) > MOST_REPETITIONS) {
      return `more than ${MOST_REPETITIONS} repetitions are too many for RE2`;
    }
  }
  try {
    compileRe2(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** `pattern` in RE2 syntax as a JavaScript expression. Understands leading flags, `\A`, `\z` and named groups of Go. */
export function compileRe2(pattern: string): RegExp {
  const [, flags = '', body = ''] = /^(?:\(\?([ims]+)\))?([\s\S]*)$/.exec(pattern) ?? [];
  const source = body.replaceAll('(?P<', '(?<').replace(/^\\A/, '^').replace(/\\z$/, '$');
  try {
    return new RegExp(source, `u${flags}`);
  } catch {
    // Escapes such as \- are an error with the flag u, and fine in Go.
    return new RegExp(source, flags);
  }
}
