import { expect, it } from 'vitest';
import { compileDefinitions } from './environment/cluster.ts';
import { run } from './run.ts';

it('gives the same trace for the same seed, with faults, crashes and several replicas', async () => {
  const definitions = await compileDefinitions();
  for (const seed of [1, 7, 12]) {
    const first = await run({ seed, definitions });
    const second = await run({ seed, definitions });
    expect(second.trace).toEqual(first.trace);
    expect(first.disturbances.length).toBeGreaterThan(0);
  }
});

it('gives another trace for another seed', async () => {
  const definitions = await compileDefinitions();
  const digests = [];
  for (const seed of [2, 3]) {
    digests.push((await run({ seed, definitions })).digest);
  }
  expect(new Set(digests).size).toBe(2);
});

it('moves no other action when one is left out', async () => {
  const definitions = await compileDefinitions();
  const all = await run({ seed: 7, definitions });
  const last = all.disturbances.at(-1) ?? '';
  const fewer = await run({ seed: 7, definitions, without: new Set([last]) });
  expect(fewer.disturbances).not.toContain(last);
  expect(fewer.trace.slice(0, 50)).toEqual(all.trace.slice(0, 50));
});
