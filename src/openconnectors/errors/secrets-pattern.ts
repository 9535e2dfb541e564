import { secretForms } from '../../secrets/secret-forms.ts';

/** Shorter values are not looked for: they are no secrets, and masking them would leave no word whole. */
const SHORTEST_SECRET = 4;
/** Encoded parts of a short secret may be ordinary text. */
const SHORTEST_FORM = 6;

/**
 * Matches every form in which any of the secrets may come back inside a remote text, ignoring case (percent-encoding
 * and hexadecimal come in both), longest first. `undefined` where there is nothing to look for.
 */
export function secretsPattern(secrets: readonly string[]): RegExp | undefined {
  const forms = new Set<string>();
  for (const secret of secrets.filter((value) => value.length >= SHORTEST_SECRET)) {
    forms.add(secret);
    for (const form of [...secretForms(secret), ...pageForms(secret)]) {
      if (form.length >= SHORTEST_FORM) {
        forms.add(form);
      }
    }
  }
  const longestFirst = [...forms].sort((left, right) => right.length - left.length);
  return longestFirst.length === 0 ? undefined : new RegExp(longestFirst.map(escaped).join('|'), 'giu');
}

/** Escaped for HTML and in hexadecimal, as in error pages and dumps. */
function pageForms(secret: string): readonly string[] {
  const html = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [html, html.replaceAll('"', '&quot;'), Buffer.from(secret, 'utf8').toString('hex')];
}

/** Unicode mode refuses needless escapes. Without it V8 overlooks alternatives that begin with U+212A, the Kelvin sign. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
