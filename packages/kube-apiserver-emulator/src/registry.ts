import type { ResourceType } from './resource-type.ts';

/** One API group as discovery shows it. */
export interface Group {
  readonly name: string;
  /** Preferred version first. */
  readonly versions: readonly string[];
}

/** The resource types that are served now. */
export class Registry {
  readonly #types = new Map<string, ResourceType>();

  /** Adds or replaces a type. */
  add(type: ResourceType): void {
    this.#types.set(typeKey(type.group, type.version, type.plural), type);
  }

  remove(group: string, version: string, plural: string): void {
    this.#types.delete(typeKey(group, version, plural));
  }

  find(group: string, version: string, plural: string): ResourceType | undefined {
    return this.#types.get(typeKey(group, version, plural));
  }

  /** The type of a kind, in the version given or in any. */
  findKind(group: string, kind: string, version?: string): ResourceType | undefined {
    return [...this.#types.values()].find(
      (type) =>
        type.group === group && type.kind === kind && (version === undefined || type.version === version),
    );
  }

  all(): readonly ResourceType[] {
    return [...this.#types.values()];
  }

  /** One type for each collection of stored objects. */
  collections(): readonly ResourceType[] {
    const seen = new Map<string, ResourceType>();
    for (const type of this.#types.values()) {
      if (!seen.has(type.collection)) {
        seen.set(type.collection, type);
      }
    }
    return [...seen.values()];
  }

  in(group: string, version: string): readonly ResourceType[] {
    return this.all().filter((type) => type.group === group && type.version === version);
  }

  hasVersion(group: string, version: string): boolean {
    return this.in(group, version).length > 0;
  }

  /** All groups, the core group (with the empty name) first. */
  groups(): readonly Group[] {
    const versions = new Map<string, Set<string>>();
    for (const type of this.#types.values()) {
      const known = versions.get(type.group) ?? new Set<string>();
      versions.set(type.group, known.add(type.version));
    }
    return [...versions]
      .map(([name, known]) => ({ name, versions: [...known].sort(compareVersions) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

function typeKey(group: string, version: string, plural: string): string {
  return `${group}/${version}/${plural}`;
}

/** Order of preference: stable before beta before alpha, higher numbers first. */
export function compareVersions(a: string, b: string): number {
  return rank(b) - rank(a) || (a < b ? -1 : 1);
}

function rank(version: string): number {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) {
    return -1;
  }
  const [, major, stage, minor] = match;
  const stages: Record<string, number> = { alpha: 1, beta: 2 };
  return (stages[stage ?? ''] ?? 3) * 1e6 + Number(major) * 1e3 + Number(minor ?? 0);
}
