import { expect, it } from 'vitest';
import { systemRandom } from '../../../src/runtime/random.ts';

it.each([0, 1, 16, 4_095, 4_096, 4_097, 10_000])('gives %i bytes', (length) => {
  expect(systemRandom.bytes(length)).toHaveLength(length);
});

it('never gives the same bytes twice, nor bytes that change later', () => {
  const all = Array.from({ length: 2_000 }, () => systemRandom.bytes(16));
  const texts = all.map((bytes) => bytes.toString('hex'));
  systemRandom.bytes(4_096);
  expect(new Set(texts).size).toBe(all.length);
  expect(all.map((bytes) => bytes.toString('hex'))).toEqual(texts);
  expect(texts).not.toContain('0'.repeat(32));
});
