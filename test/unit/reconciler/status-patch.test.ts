import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergePatch } from '../../../src/reconciler/status-patch.ts';
import { mergePatched } from '../../support/builders/merge-patch.ts';

/** JSON objects without null, which a merge patch cannot say, and with few names, so that two of them overlap. */
const { object } = fc.letrec<{ object: Record<string, unknown>; value: unknown }>((tie) => ({
  value: fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    fc.constantFrom('', 'a', true),
    fc.array(tie('value'), { maxLength: 2 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
}));

test('a server that applies the patch to what was there gets what is wanted (RFC 7396)', () => {
  fc.assert(
    fc.property(object, object, (before, after) => {
      expect(mergePatched(before, mergePatch(before, after) ?? {})).toEqual(after);
    }),
    { numRuns: 2_000 },
  );
});

test('there is nothing to write exactly when both are equal', () => {
  fc.assert(
    fc.property(object, object, (before, after) => {
      const isEqual = JSON.stringify(sorted(before)) === JSON.stringify(sorted(after));
      expect(mergePatch(before, after) === undefined).toBe(isEqual);
    }),
  );
  fc.assert(fc.property(object, (value) => mergePatch(value, structuredClone(value)) === undefined));
});

test('only what differs is written, lists whole', () => {
  const before = { kept: { a: 1, b: [1, 2] }, gone: 1, list: [1] };
  const after = { kept: { a: 1, b: [1, 3] }, list: [1], made: { c: 1 } };
  expect(mergePatch(before, after)).toEqual({ kept: { b: [1, 3] }, gone: null, made: { c: 1 } });
});

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Array.isArray(value)
    ? value.map(sorted)
    : Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, inner]) => [key, sorted(inner)]),
      );
}
