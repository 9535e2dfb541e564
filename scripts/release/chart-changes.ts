/** One change of a release, as Artifact Hub lists it. */
export interface ChartChange {
  readonly kind: string;
  readonly description: string;
}

/** The entries of release notes in the form of Keep a Changelog. */
export function chartChanges(notes: string): readonly ChartChange[] {
  return notes
    .split(/^### /m)
    .slice(1)
    .flatMap((section) => {
      const [heading = '', ...lines] = section.split('\n');
      return lines
        .join('\n')
        .split(/^- /m)
        .slice(1)
        .map((entry) => ({
          kind: heading.trim().toLowerCase(),
          description: entry.replaceAll(/\s+/g, ' ').trim(),
        }));
    });
}
