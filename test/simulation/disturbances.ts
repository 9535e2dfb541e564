/** The faults, crashes and actions of a run, by name. */
export interface Disturbances {
  /** Those that occurred. */
  readonly names: readonly string[];
  /** Whether the disturbance occurs; it is asked for once. */
  occurs(name: string): boolean;
}

/** Every disturbance occurs but those of `without`. */
export function disturbancesBut(without: ReadonlySet<string> = new Set()): Disturbances {
  const names: string[] = [];
  return {
    names,
    occurs(name) {
      const isLeftOut = without.has(name);
      if (!isLeftOut) {
        names.push(name);
      }
      return !isLeftOut;
    },
  };
}
