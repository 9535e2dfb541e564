import { beforeAll, describe, expect, it } from 'vitest';
import { simulateInProcess } from './child.ts';
import { CONSENT_DEFECTS } from './defects/consent-defects.ts';
import { DEFECTS } from './defects/defects.ts';
import { FIELD_DEFECTS } from './defects/field-defects.ts';
import { SHARD_DEFECTS } from './defects/shard-defects.ts';
import { UPGRADE_DEFECTS } from './defects/upgrade-defects.ts';

describe('a defect', () => {
  const lines: string[] = [];
  beforeAll(async () => {
    const { output } = await simulateInProcess(['--prove']);
    lines.push(...output.split('\n'));
  }, 1_200_000);

  const all = [...DEFECTS, ...UPGRADE_DEFECTS, ...FIELD_DEFECTS, ...SHARD_DEFECTS, ...CONSENT_DEFECTS];
  it.each(all.map(({ name }) => name))('is found: %s', (name) => {
    const about = lines.filter((line) => line.includes(`: ${name}: `));
    expect(about.length > 0 ? about : lines).toEqual([expect.stringMatching(/^found: /)]);
  });

  it('has a name that is known', async () => {
    const { code, output } = await simulateInProcess(['--seeds', '1..1', '--defect', 'none of these']);
    expect(code).toBe(2);
    expect(output).toContain('finalizer early');
  });
});
