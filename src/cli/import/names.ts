import type { Importable } from './candidates.ts';

/** Leaves room for the suffixes of the Secrets. */
const MAX_LENGTH = 200;

/** A name in Kubernetes for each instance: from the name of the instance, with its id where two would be the same. */
export function resourceNames(instances: readonly Importable[]): ReadonlyMap<number, string> {
  const wanted = new Map(instances.map(({ id, name }) => [id, nameOf(name, id)]));
  const counts = new Map<string, number>();
  for (const name of wanted.values()) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Map([...wanted].map(([id, name]) => [id, (counts.get(name) ?? 0) > 1 ? `${name}-${id}` : name]));
}

function nameOf(text: string, id: number): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_LENGTH)
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? `instance-${id}` : name;
}
