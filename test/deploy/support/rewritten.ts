/** A tree of JSON with every text replaced by `text`, and only with the fields that `isKept` accepts. */
export function rewritten(
  node: unknown,
  text: (value: string) => string,
  isKept: (key: string, value: unknown) => boolean,
): unknown {
  const inner = (value: unknown): unknown => rewritten(value, text, isKept);
  if (typeof node === 'string') {
    return text(node);
  }
  if (Array.isArray(node)) {
    return node.map(inner);
  }
  if (typeof node !== 'object' || node === null) {
    return node;
  }
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => isKept(key, value))
      .map(([key, value]) => [key, inner(value)]),
  );
}
