/**
 * The name as the platform stores it: without HTML tags. churros creates and patches an instance named
 * `<a href="...">x</a>` and reads back `x`.
 */
export function sanitizeName(name: string): string {
  let before: string;
  let after = name;
  do {
    before = after;
    after = before.replaceAll(/<[^<>]*>/g, '');
  } while (after !== before);
  return after.trim();
}
