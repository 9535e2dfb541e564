/** What an HTML cleaner leaves escaped, back as text. `&amp;` comes last, so that nothing is unescaped twice. */
const entities: readonly (readonly [escaped: RegExp, text: string])[] = [
  [/&lt;/g, '<'],
  [/&gt;/g, '>'],
  [/&quot;/g, '"'],
  [/&(?:#39|#x27|apos);/gi, "'"],
  [/&amp;/g, '&'],
];

/**
 * A name as the remote side keeps it: HTML tags go, their text stays (`<a href="x">crm</a>` is stored as `crm`).
 * Names are to be compared in this form only; otherwise a name with a tag in it would look like drift for ever.
 */
export function sanitizeName(name: string): string {
  let text = name;
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(/<\/?[a-z!][^<>]*>/gi, '');
  }
  for (const [escaped, plain] of entities) {
    text = text.replace(escaped, plain);
  }
  return text.replace(/\s+/g, ' ').trim();
}

/** Whether the remote side would keep both under the same name. */
export function isSameName(left: string, right: string): boolean {
  return sanitizeName(left) === sanitizeName(right);
}
