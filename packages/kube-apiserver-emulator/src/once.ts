/** Memoizes a function of an object. Objects are immutable, so the result stays valid. */
export function once<K extends object, V>(compute: (object: K) => V): (object: K) => V {
  const known = new WeakMap<K, { readonly value: V }>();
  return (object) => {
    const found = known.get(object);
    if (found !== undefined) {
      return found.value;
    }
    const value = compute(object);
    known.set(object, { value });
    return value;
  };
}
