/** A value of `data` of a Secret, from text. */
export function encodeValue(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** The text of a value of `data` of a Secret. Bytes that are not UTF-8 become U+FFFD. */
export function decodeValue(encoded: string): string {
  return Buffer.from(encoded, 'base64').toString('utf8');
}

/** `data` of a Secret, from texts. */
export function encodeData(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, encodeValue(text)]));
}

/** The texts of `data` of a Secret. */
export function decodeData(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decodeValue(value)]));
}
