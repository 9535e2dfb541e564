const name = '[A-Za-z0-9](?:[\\w.-]{0,61}[A-Za-z0-9])?';
const key = `(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?${name}`;
const value = `(?:${name})?`;
const requirement = [
  `!?\\s*${key}`,
  `${key}\\s*(?:==?|!=)\\s*${value}`,
  `${key}\\s*[<>]\\s*-?\\d+`,
  `${key}\\s+(?:in|notin)\\s*\\(\\s*${value}(?:\\s*,\\s*${value})*\\s*\\)`,
].join('|');
const selector = new RegExp(`^\\s*(?:${requirement})(?:\\s*,\\s*(?:${requirement}))*\\s*$`);

/**
 * Whether `text` is a label selector in the API's string form. The server would say so only at the first list, again and
 * again. Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function isLabelSelector(text: string): boolean {
  return text.length <= 1024 && selector.test(text);
}
