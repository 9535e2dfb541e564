import { describe, expect, it } from 'vitest';
import { simulateInProcess } from './child.ts';
import { catchDefect } from './defects/catch.ts';
import { DEFECTS } from './defects/defects.ts';

/** A change of the code moves the seed that shows a defect; so many more are tried. */
const MARGIN = 60;

describe('a defect', () => {
  it.each(DEFECTS)('is found: $name', async (defect) => {
    const found = await catchDefect(defect, defect.seed, defect.seed + MARGIN);
    expect(found.seed, found.output).toBeDefined();
    expect(defect.breaks).toContain(found.property);
  });

  it('has a name that is known', async () => {
    const { code, output } = await simulateInProcess('--seeds', '1..1', '--defect', 'none of these');
    expect(code).toBe(2);
    expect(output).toContain('finalizer early');
  });
});
