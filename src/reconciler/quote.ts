/** Longest quotation in a message, in UTF-16 code units. */
const LONGEST_QUOTE = 120;

/**
 * Foreign text for use inside a sentence of ours, such as the cleaned message of an error: one line without full stops,
 * of at most `longest` characters.
 */
export function quote(text: string, longest: number = LONGEST_QUOTE): string {
  const line = text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.!?]+$/, '')
    .replace(/[.!?]+ /g, '; ');
  return line.length <= longest ? line : `${line.slice(0, longest - 1).trimEnd()}…`.toWellFormed();
}
