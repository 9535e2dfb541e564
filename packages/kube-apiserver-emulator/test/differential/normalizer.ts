const TIMES = new Set(['creationTimestamp', 'deletionTimestamp', 'time', 'lastTransitionTime']);

/** Replaces what differs from run to run: uids, versions, times, the namespace, tokens. */
export class Normalizer {
  readonly #namespace: string;
  readonly #uids = new Map<string, string>();
  readonly #versions = new Map<string, string>();

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  /** Equal answers of two servers become equal. A uid and a version become the number of their first appearance. */
  normalize(value: unknown, key = '', parent: unknown = undefined): unknown {
    if (Array.isArray(value)) {
      const items = value.map((item) => this.normalize(item, '', value));
      if (key === 'causes') {
        // A server validates the metadata of some built-in types twice.
        return distinct(items);
      }
      return key === 'managedFields' ? items.toSorted(byText) : items;
    }
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value)
          .toSorted(([one], [other]) => (one < other ? -1 : 1))
          .map(([name, inner]) => [name, this.normalize(inner, name, value)]),
      );
    }
    return typeof value === 'string' ? this.#text(value, key, parent) : value;
  }

  #text(text: string, key: string, parent: unknown): string {
    if (TIMES.has(key)) {
      return '<time>';
    }
    if (key === 'uid') {
      return numbered(this.#uids, text, 'uid');
    }
    if (key === 'continue') {
      return '<continue>';
    }
    if (key === 'resourceVersion') {
      // That of a list counts all writes of the server.
      const isObject = typeof parent === 'object' && parent !== null && 'name' in parent;
      return isObject ? numbered(this.#versions, text, 'version') : '<version>';
    }
    let result = text.replaceAll(this.#namespace, '<namespace>');
    for (const [uid, number] of this.#uids) {
      result = result.replaceAll(uid, number);
    }
    return result
      .replace(/(ResourceVersion in [a-z ]+)(: | \()\d+/g, '$1$2<version>')
      .replace(/^\d+s$/, '<age>')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>');
  }
}

function numbered(known: Map<string, string>, value: string, word: string): string {
  const number = known.get(value) ?? `<${word} ${known.size + 1}>`;
  known.set(value, number);
  return number;
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}

function distinct(items: readonly unknown[]): readonly unknown[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}
