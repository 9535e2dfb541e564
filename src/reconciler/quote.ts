/** Longest quotation in a message, in UTF-16 code units. */
const LONGEST_QUOTE = 120;

/**
 * Foreign text for use inside a sentence of ours, such as the cleaned message of an error: one line without full stops,
 * of at most `LONGEST_QUOTE` characters.
 */
export function quote(text: string): string {
  const line = text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.!?]+$/, '')
    .replace(/[.!?]+ /g, '; ');
  return line.length <= LONGEST_QUOTE
    ? line
    : `${line.slice(0, LONGEST_QUOTE - 1).trimEnd()}…`.toWellFormed();
}
