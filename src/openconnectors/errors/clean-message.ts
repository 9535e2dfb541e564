import { secretsPattern } from './secrets-pattern.ts';

/** Longest result, in UTF-16 code units. */
export const LONGEST_MESSAGE = 200;
/** Only this much of a remote text is processed. */
const LONGEST_INPUT = 4_000;
const HIDDEN = '[hidden]';

function credential(separator: string, condition: string): RegExp {
  const name = '[\\w.-]{0,40}(?:secret|password|passwd|token|api[_-]?key|private[_.-]?key|authorization)';
  return new RegExp(`\\b(${name}["']? ?${separator} ?["']?)${condition}(?!\\[hidden)[^\\s"',;&)}\\]]+`, 'gi');
}

/** Patterns that are removed from a remote text, and their replacements. The order matters: URLs before their parts. */
const rules: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // Unprintable: control, format, unassigned, private use, lone surrogates, all line and space separators.
  [/[\p{C}\p{Z}]+/gu, ' '],
  [/<\/?[a-z!][^<>]{0,500}>/gi, ' '],
  // User information, query and fragment of a URL, and the query of a path.
  [/\b([a-z][a-z0-9+.-]{1,15}:\/\/)[^\s/@"'<>]*@/gi, '$1'],
  [/\b([a-z][a-z0-9+.-]{1,15}:\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/gi, '$1'],
  [/\?[\w.[\]%-]+=[^\s"'<>]*/g, ''],
  // Named credentials of any length; after a colon only values with a digit, because "token: expired" is a sentence.
  [/\b(bearer|basic) [\w+/=.~-]{16,}/gi, `$1 ${HIDDEN}`],
  [credential('=', ''), `$1${HIDDEN}`],
  [credential(':', '(?=\\D{0,99}\\d)'), `$1${HIDDEN}`],
  // Parts that differ between responses: UUIDs, times, ids, counters.
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '…'],
  [
    /\b\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?z\b| ?[+-]\d{2}:?\d{2}| utc\b| gmt\b)?)?/gi,
    '…',
  ],
  [/\b(?:[a-z]{3}, )?\d{1,2} [a-z]{3} \d{4} \d{2}:\d{2}:\d{2}(?: gmt)?\b/gi, '…'],
  [/\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b/g, '…'],
  [/\b\d+(?:\.\d+)? ?(?=(?:ms|milliseconds?|s|secs?|seconds?|mins?|minutes?|hours?)\b)/gi, '… '],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b/gi, '…'],
  [/\b\d{10,}\b/g, '…'],
];

const OPAQUE_CANDIDATE = /[\w+/=.~%-]{20,}/g;

/**
 * A remote text as one printable line of at most `LONGEST_MESSAGE` characters: equal for equal causes, without ids,
 * times, queries, opaque values and `secrets` in their usual forms. Empty if nothing safe remains.
 */
export function cleanMessage(text: string, secrets: readonly string[]): string {
  const pattern = secretsPattern(secrets);
  const hide = (value: string): string => (pattern === undefined ? value : value.replace(pattern, HIDDEN));
  let line = wholeWords(hide(text), LONGEST_INPUT);
  for (const [rule, replacement] of rules) {
    line = line.replace(rule, replacement);
  }
  line = line.replace(OPAQUE_CANDIDATE, (word) => (isOpaque(word) ? '…' : word));
  line = hide(
    line
      .replace(/ {2,}/g, ' ')
      .replace(/…(?:[ ,;:…]*…)+/g, '…')
      .trim(),
  );
  line = shortened(line);
  // Replacements and cuts can join separate parts into a secret.
  return pattern !== undefined && line.search(pattern) >= 0 ? '' : line;
}

/** At most `limit` characters, without a partial last word, which may be half a secret. */
function wholeWords(text: string, limit: number): string {
  return text.length <= limit ? text : text.slice(0, limit).replace(/\S*$/, '');
}

function shortened(line: string): string {
  if (line.length <= LONGEST_MESSAGE) {
    return line;
  }
  const cut = line.slice(0, LONGEST_MESSAGE - 1);
  const words = cut.replace(/\s+\S*$/, '');
  return `${(words === '' ? cut : words).replace(/[\ud800-\udbff]$/, '')}…`;
}

/**
 * Whether a long run of letters, digits and signs is an opaque value: a part of it mixes letters and digits or cases,
 * or is too long. `oauth.authorization.url` and `/elements/api-v2` are words.
 */
function isOpaque(run: string): boolean {
  return run.split(/[./_-]+/).some((part) => {
    const ordinaryWord = /^(?:[A-Z]?[a-z]*|[A-Z]+)$/.test(part) && part.length < 20;
    const camelCase = /^[A-Za-z]?[a-z]+(?:[A-Z][a-z]{2,})+$/.test(part) && part.length < 40;
    const numbered = /^(?:\d{1,9}|[a-z]{1,12}\d{1,3})$/i.test(part);
    return !(ordinaryWord || camelCase || numbered);
  });
}
