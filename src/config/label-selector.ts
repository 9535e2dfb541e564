const NAME = '[A-Za-z0-9](?:[\\w.-]{0,61}[A-Za-z0-9])?';
const KEY = `(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?${NAME}`;
const VALUE = `(?:${NAME})?`;
const requirement = [
  `!?\\s*${KEY}`,
  `${KEY}\\s*(?:==?|!=)\\s*${VALUE}`,
  `${KEY}\\s*[<>]\\s*-?\\d+`,
  `${KEY}\\s+(?:in|notin)\\s*\\(\\s*${VALUE}(?:\\s*,\\s*${VALUE})*\\s*\\)`,
].join('|');
const selector = new RegExp(`^\\s*(?:${requirement})(?:\\s*,\\s*(?:${requirement}))*\\s*$`);

/**
 * Whether `text` is a valid label selector, so that an invalid one fails at the start and not at each list. Source:
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function isLabelSelector(text: string): boolean {
  return text.length <= 1024 && selector.test(text);
}
