/** One request, without body, token and headers. */
export interface LedgerEntry {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Query as sent, decoded. */
  readonly query: Readonly<Record<string, string>>;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; elsewhere the method, lower case. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  /** User name of the caller; empty when unknown. */
  readonly user: string;
  readonly userAgent: string;
  /** Media type of the body. */
  readonly contentType: string;
  readonly accept: string;
  /** Wall clock of the server at arrival, milliseconds. */
  readonly at: number;
  /** The authorizer denied the request. A 403 without this has another cause, such as a namespace that is being deleted. */
  denied: boolean;
  /** 0 until the response is sent. */
  status: number;
}

/** Selects entries: every given field must be equal, a list means any of its values. */
export type LedgerMatch = {
  readonly [Field in keyof LedgerEntry]?: LedgerEntry[Field] | readonly LedgerEntry[Field][];
};

/** Every request since the start, or since `reset`, in the order of arrival. */
export class Ledger implements Iterable<LedgerEntry> {
  #recorded: LedgerEntry[] = [];

  get length(): number {
    return this.#recorded.length;
  }

  /** A copy of all entries. */
  get entries(): readonly LedgerEntry[] {
    return [...this.#recorded];
  }

  [Symbol.iterator](): Iterator<LedgerEntry> {
    return this.#recorded[Symbol.iterator]();
  }

  add(entry: LedgerEntry): void {
    this.#recorded.push(entry);
  }

  reset(): void {
    this.#recorded = [];
  }

  /** The entries that match. */
  filter(match: LedgerMatch | ((entry: LedgerEntry) => boolean)): readonly LedgerEntry[] {
    return this.#recorded.filter((entry) =>
      typeof match === 'function' ? match(entry) : entryMatches(entry, match),
    );
  }

  count(match: LedgerMatch | ((entry: LedgerEntry) => boolean) = {}): number {
    return this.filter(match).length;
  }

  /** Creates, updates, patches and deletes, dry runs and refused ones included. */
  writes(match: LedgerMatch = {}): readonly LedgerEntry[] {
    const verbs = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
    return this.filter((entry) => verbs.has(entry.verb) && entryMatches(entry, match));
  }
}

function entryMatches(entry: LedgerEntry, match: LedgerMatch): boolean {
  return (Object.keys(match) as (keyof LedgerEntry)[]).every((field) => {
    const wanted: unknown = match[field];
    return (
      wanted === undefined ||
      (Array.isArray(wanted) ? wanted.includes(entry[field]) : wanted === entry[field])
    );
  });
}
