/** The longest condition or event message, without names and URLs. */
const LONGEST_MESSAGE = 200;

/** The command at the end of a message, to be copied: no full stop follows it. */
const COMMAND = / Run: kubectl openconnectors authorize [a-z0-9.-]+ -n [a-z0-9-]+$/;

/** `message` without what is never cut: quoted names, URLs, the names in a command, and keys that a user made up. */
export function withoutNames(message: string): string {
  return message
    .replaceAll(/https?:\/\/[^\s"'()]*[^\s"'().,]/g, '')
    .replace(COMMAND, ' Run: kubectl openconnectors authorize -n')
    .replaceAll(/"[^"]*"/g, '""')
    .replaceAll(/\[[^\]]*\]/g, '[]');
}

/** What breaks the limits of a message: its length, or more than two sentences. */
export function faultsOfLimits(message: string): string[] {
  const text = withoutNames(message);
  const sentences = text.split(/[.!?](?:\s+|$)/).filter((sentence) => sentence.trim() !== '');
  return [
    ...(text.length > LONGEST_MESSAGE ? [`${text.length} characters`] : []),
    ...(sentences.length > 2 ? [`${sentences.length} sentences`] : []),
  ];
}

/** Whether the message ends as a sentence, or with a command to copy. */
export function isComplete(message: string): boolean {
  return message.endsWith('.') || COMMAND.test(message);
}
