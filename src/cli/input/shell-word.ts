/** A word of a command line as the user's shell reads it: in quotes where its characters have a meaning there. */
export function shellWord(word: string, platform: NodeJS.Platform): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) {
    return word;
  }
  // cmd has double quotes only; PowerShell reads both.
  return platform === 'win32'
    ? `"${word.replaceAll('"', String.raw`\"`)}"`
    : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
