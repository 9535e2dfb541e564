/** The fields of `T`, each of which may be `undefined` to take it away. */
export type Change<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/** `base` with the fields of `change`; one that is `undefined` there is left out. */
export function changed<T extends object>(base: T, change: Change<T> = {}): T {
  const merged = Object.entries({ ...base, ...change }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(merged) as T;
}
