import { afterEach, expect, test, vi } from 'vitest';
import { CODE, createStage, START } from '../../support/consent/stage.ts';

const compared: number[] = [];
vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:crypto')>();
  return {
    ...original,
    timingSafeEqual(left: Buffer, right: Buffer) {
      compared.push(left.length);
      return original.timingSafeEqual(left, right);
    },
  };
});
afterEach(() => {
  compared.length = 0;
});

test('a one-time code is compared in constant time, by hashes of equal length', async () => {
  const stage = createStage();
  const visitor = stage.visitor();
  for (const tried of ['', 'A', CODE.slice(0, -1), CODE]) {
    compared.length = 0;
    await visitor.enter(START, tried);
    // The first comparison is that of the form's proof.
    expect(compared.slice(1).length).toBeGreaterThan(0);
    expect(new Set(compared.slice(1))).toEqual(new Set([32]));
  }
});
