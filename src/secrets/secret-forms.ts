/** Neither JSON nor a URL escapes these characters. */
const PLAIN = /^[\w.-]*$/;

/**
 * The forms of a secret in text: plain, in JSON (also nested), in a URL or a form body, and in base64 and base64url,
 * alone or as a part of a longer value. Without duplicates.
 */
export function secretForms(secret: string): readonly string[] {
  const forms = new Set<string>();
  // Secrets from files often end in a newline, which is removed before use.
  for (const value of new Set([secret.toWellFormed(), secret.toWellFormed().trim()])) {
    const plain = PLAIN.test(value) ? [value] : [...jsonForms(value), ...urlForms(value)];
    for (const form of [...plain, ...base64Forms(value)]) {
      forms.add(form);
    }
  }
  return [...forms];
}

/** Plain, escaped once (in a log line), and escaped twice (in JSON that a log line quotes). */
function jsonForms(value: string): readonly string[] {
  const once = jsonEscape(value);
  return [value, once, jsonEscape(once)];
}

function jsonEscape(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

/** RFC 3986 percent-encoding in both cases of its digits, and application/x-www-form-urlencoded. */
function urlForms(value: string): readonly string[] {
  const component = encodeURIComponent(value);
  const form = new URLSearchParams([['', value]]).toString().slice(1);
  return [component, form, encodeURI(value)].flatMap((text) => [text, lowerCaseEscapes(text)]);
}

function lowerCaseEscapes(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (digits) => digits.toLowerCase());
}

/**
 * Base64 depends on the offset of the secret in a group of three bytes. For each of the three offsets only the digits
 * that the secret alone determines are used; the first and the last may also depend on adjacent bytes.
 */
function base64Forms(value: string): readonly string[] {
  const bytes = Buffer.from(value, 'utf8');
  const forms = [bytes.toString('base64')];
  for (const before of [0, 1, 2]) {
    const digits = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const shared = (before + bytes.length) % 3;
    forms.push(digits.slice(Math.ceil((before * 8) / 6), shared === 0 ? undefined : -1));
  }
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')]);
}
