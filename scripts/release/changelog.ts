/**
 * The entries of a version in a changelog of the form Keep a Changelog, without its heading. A version that has no
 * section gives the unreleased entries.
 * @throws if there are neither.
 */
export function releaseNotes(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = [`[${version}]`, '[Unreleased]']
    .map((heading) => sections.find((text) => text.startsWith(heading)))
    .find((text) => text !== undefined);
  if (section === undefined) {
    throw new Error(`the changelog has no section for ${version}`);
  }
  return `${section.split('\n').slice(1).join('\n').trim()}\n`;
}
