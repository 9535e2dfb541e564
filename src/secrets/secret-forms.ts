/**
 * Every form in which a secret may turn up in text: plain, as part of a JSON text (also one that was put into another),
 * in a URL or a form body, and in base64 and base64url, by itself or inside something longer. Without repetitions.
 */
export function secretForms(secret: string): readonly string[] {
  const forms = new Set<string>();
  // Secrets made from files often end in a newline that is cut off before use.
  for (const value of new Set([secret.toWellFormed(), secret.toWellFormed().trim()])) {
    for (const form of [...jsonForms(value), ...urlForms(value), ...base64Forms(value)]) {
      forms.add(form);
    }
  }
  return [...forms];
}

/** Plain, escaped once (in the log line itself), and twice (in a JSON text that a log line quotes). */
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
 * Base64 depends on where the secret begins within a group of three bytes. For each of the three places only the digits
 * that the secret alone decides are taken: the first and the last may be shared with its neighbors.
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
