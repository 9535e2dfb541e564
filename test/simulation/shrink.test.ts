import { describe, expect, it } from 'vitest';
import { simulateInProcess } from './child.ts';
import { type Shrinkable, shrink } from './shrink.ts';

const DISTURBANCES = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

/** A run that breaks one property if `b` and `f` occur, and another one if `g` occurs. */
async function runWithout(without: ReadonlySet<string> = new Set()): Promise<Shrinkable> {
  const disturbances = DISTURBANCES.filter((name) => !without.has(name));
  const isBroken = disturbances.includes('b') && disturbances.includes('f');
  const isQuiet = !disturbances.includes('g');
  return {
    disturbances,
    violations: [
      ...(isBroken ? [{ property: 'one instance', text: 'two' } as const] : []),
      ...(isQuiet ? [] : [{ property: 'quiet', text: 'a write' } as const]),
    ],
  };
}

describe('a run that breaks a property', () => {
  it('is repeated with what breaks the same property alone', async () => {
    const { disturbances } = await shrink(await runWithout(), runWithout);
    expect(disturbances).toEqual(['b', 'f']);
  });

  it('is shrunk with people who use the consent pages', async () => {
    const { code, output } = await simulateInProcess(['--consents', '1..60', '--defect', 'state used twice']);
    const [, needed, all, names = ''] =
      /^disturbances that are needed, (\d+) of (\d+): (.*)$/m.exec(output) ?? [];
    expect(Number(needed)).toBeLessThan(Number(all));
    expect(names).toMatch(/(^|, )consent \d+ of team\/crm-\d: (twice|again)/);
    // The trace is that of the shrunk run: people who were left out come back as they should.
    expect(output).toMatch(/BROKEN +The consent pages accept each state once/);
    const unusual = output.match(/ begins a consent \((?!plain)/g) ?? [];
    expect(unusual).toHaveLength(
      names.split(', ').filter((name) => / of \S+: (?!impatience)/.test(name)).length,
    );
    expect(code).toBe(1);
  });
});
