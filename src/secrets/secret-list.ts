/** Items of a page. A page ends sooner where no read waits for what follows. */
const PAGE_SIZE = 100;
/** Secrets that a list may pass over for each read that waits. More GETs cost less. */
const PASSED_FOR_EACH_READ = 10;

/** The query of a page. */
export interface PageQuery {
  readonly limit: number;
  readonly continue: string | undefined;
}

/**
 * The place of a paged list of a namespace, which is in the order of names. No page goes beyond the last name that a
 * read waits for, so that later reads find their Secrets ahead: values are never kept for them.
 */
export class SecretList {
  readonly #names: readonly string[];
  /** The last name that was read. */
  #position = '';
  #token: string | undefined;
  #isAtEnd = false;

  /** `names` are those of the metadata cache, in any order. Secrets that it does not have make pages shorter. */
  constructor(names: readonly string[]) {
    this.#names = names.toSorted();
  }

  /** A list of the same names before its first page. */
  fromStart(): SecretList {
    return new SecretList(this.#names);
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  isAhead(name: string): boolean {
    return name > this.#position;
  }

  isAnyAhead(names: Iterable<string>): boolean {
    return [...names].some((name) => this.isAhead(name));
  }

  /**
   * The next page for waiting reads, by the name of their Secret; `undefined` where none is ahead, or too few for what is
   * before them.
   */
  nextPage(waiting: Iterable<readonly [name: string, reads: number]>): PageQuery | undefined {
    let [names, reads, last] = [0, 0, ''];
    for (const [name, count] of waiting) {
      if (this.isAhead(name)) {
        names += 1;
        reads += count;
        last = name > last ? name : last;
      }
    }
    const toLast = Math.max(names, this.#countUntil(last) - this.#countUntil(this.#position));
    if (this.#isAtEnd || names === 0 || toLast > reads * PASSED_FOR_EACH_READ) {
      return undefined;
    }
    return { limit: Math.min(PAGE_SIZE, toLast), continue: this.#token };
  }

  /** Records a page: its last name, and the token that continues the list. */
  read(lastName: string | undefined, token: string | undefined): void {
    this.#position = lastName ?? this.#position;
    this.#token = token || undefined;
    this.#isAtEnd = this.#token === undefined;
  }

  /** Number of names up to `name`. */
  #countUntil(name: string): number {
    let [from, to] = [0, this.#names.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#names[middle] ?? '') <= name) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }
}
