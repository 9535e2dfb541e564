import { secretForms } from './secret-forms.ts';

/** Replaces a secret in text. */
export const MASK = '[redacted]';

/**
 * The shortest text that is masked, in characters. Shorter values (`true`, `full`, an id) occur in ordinary text, and
 * the gaps would reveal them.
 */
export const SHORTEST_MASKED = 6;

/**
 * Masks secret values in text, in their usual encodings. The cost of `scrub` depends on the length of the text, not on
 * the number of secrets.
 */
export interface Redactor {
  /** Adds `value` to the latest values, and removes the oldest one beyond the capacity. Call it at each read. */
  register(value: string): void;
  /** Adds `value` until the returned function is called, for secrets that stay in use. */
  hold(value: string): () => void;
  /** `text` with every known secret replaced by `MASK`; overlapping ones by a single mask. */
  scrub(text: string): string;
}

/** `capacity` bounds the values of `register`, not those of `hold`. One value takes about 1 KiB. */
export function createScrubber(capacity = 5_000): Redactor {
  const index = new FormIndex();
  /** In order of use, the latest last. */
  const recent = new Map<string, readonly string[]>();
  const held = new Map<string, { readonly forms: readonly string[]; count: number }>();

  function register(value: string): void {
    if (value.length < SHORTEST_MASKED || held.has(value)) {
      return;
    }
    const forms = recent.get(value) ?? index.add(secretForms(value));
    recent.delete(value);
    recent.set(value, forms);
    const oldest = recent.size > capacity ? recent.entries().next().value : undefined;
    if (oldest !== undefined) {
      recent.delete(oldest[0]);
      index.remove(oldest[1]);
    }
  }

  function hold(value: string): () => void {
    const holder = held.get(value) ?? { forms: index.add(secretForms(value)), count: 0 };
    holder.count++;
    held.set(value, holder);
    let released = false;
    return () => {
      if (released) {
        return;
      }
      released = true;
      holder.count--;
      if (holder.count === 0) {
        held.delete(value);
        index.remove(holder.forms);
        // A log line in progress may contain it.
        register(value);
      }
    };
  }

  return { register, hold, scrub: (text) => index.mask(text) };
}

/** Bits of the filter of first characters: a power of two. */
const FILTER_SIZE = 1 << 16;

/**
 * Texts by their first characters: one look-up per position of a text finds the candidates. A filter of the first three
 * characters makes it rare, because a look-up costs a new string.
 */
class FormIndex {
  readonly #byStart = new Map<string, string[]>();
  /** How many texts begin with characters of this hash. */
  readonly #filter = new Uint32Array(FILTER_SIZE);

  /** Returns the forms that were added: those long enough, and not part of the mask itself. */
  add(forms: readonly string[]): readonly string[] {
    const added = forms.filter((form) => form.length >= SHORTEST_MASKED && !MASK.includes(form));
    for (const form of added) {
      const start = form.slice(0, SHORTEST_MASKED);
      const same = this.#byStart.get(start);
      this.#filter[hashAt(form, 0)] = this.#startsOf(form, 0) + 1;
      if (same === undefined) {
        this.#byStart.set(start, [form]);
      } else {
        same.push(form);
      }
    }
    return added;
  }

  /** Removes one occurrence of each: two secrets may share a form. */
  remove(forms: readonly string[]): void {
    for (const form of forms) {
      const start = form.slice(0, SHORTEST_MASKED);
      const same = this.#byStart.get(start) ?? [];
      const rest = same.toSpliced(same.indexOf(form), 1);
      this.#filter[hashAt(form, 0)] = this.#startsOf(form, 0) - 1;
      if (rest.length === 0) {
        this.#byStart.delete(start);
      } else {
        this.#byStart.set(start, rest);
      }
    }
  }

  mask(text: string): string {
    if (this.#byStart.size === 0) {
      return text;
    }
    let masked = '';
    let copied = 0;
    let coveredFrom = 0;
    let coveredTo = 0;
    for (let at = 0; at + SHORTEST_MASKED <= text.length; at++) {
      const end = this.#longestEndAt(text, at);
      if (end === 0) {
        continue;
      }
      if (at >= coveredTo && coveredTo > 0) {
        masked += text.slice(copied, coveredFrom) + MASK;
        copied = coveredTo;
      }
      coveredFrom = at < coveredTo ? coveredFrom : at;
      coveredTo = Math.max(coveredTo, end);
    }
    return coveredTo === 0 ? text : masked + text.slice(copied, coveredFrom) + MASK + text.slice(coveredTo);
  }

  /** Where the longest known text that begins at `at` ends; 0 when none begins there. */
  #longestEndAt(text: string, at: number): number {
    if (this.#startsOf(text, at) === 0) {
      return 0;
    }
    const candidates = this.#byStart.get(text.slice(at, at + SHORTEST_MASKED));
    if (candidates === undefined) {
      return 0;
    }
    let end = 0;
    for (const form of candidates) {
      if (at + form.length > end && text.startsWith(form, at)) {
        end = at + form.length;
      }
    }
    return end;
  }

  #startsOf(text: string, at: number): number {
    return this.#filter[hashAt(text, at)] ?? 0;
  }
}

function hashAt(text: string, at: number): number {
  const hash = text.charCodeAt(at) * 961 + text.charCodeAt(at + 1) * 31 + text.charCodeAt(at + 2);
  return hash & (FILTER_SIZE - 1);
}
