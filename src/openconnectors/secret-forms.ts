/** Shorter values are not looked for: they are no secrets, and masking them would leave no word whole. */
const SHORTEST_SECRET = 4;

/** The ways in which a secret may come back inside a text: plain, base64, percent-encoded, and as JSON or HTML escape it. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const base64 = bytes.toString('base64');
  const percent = encodeURIComponent(secret.toWellFormed());
  return [
    secret,
    base64,
    base64.replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    percent,
    percent.replaceAll('%20', '+'),
    new URLSearchParams([['', secret]]).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  ];
}

/**
 * Matches every form of every secret, ignoring case (percent-encoding and hexadecimal come in both), longest first.
 * `undefined` where there is nothing to look for.
 */
export function secretsPattern(secrets: readonly string[]): RegExp | undefined {
  const forms = new Set(
    secrets.flatMap((secret) => (secret.length < SHORTEST_SECRET ? [] : formsOf(secret))),
  );
  const longestFirst = [...forms].sort((left, right) => right.length - left.length);
  return longestFirst.length === 0 ? undefined : new RegExp(longestFirst.map(escaped).join('|'), 'gi');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
