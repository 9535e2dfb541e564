import { describe, expect, it } from 'vitest';
import { ACCOUNT_NAMES, CONNECTOR_NAMES } from '../../src/api/group.ts';
import { specFields } from '../support/crd-fields.ts';
import { simulateInProcess } from './child.ts';

/** Walks that run, and the first one. */
const WALKS = Number(process.env['SIMULATION_WALKS'] ?? 60);

describe('an object whose spec changes', async () => {
  it('comes to the state of a new one, over each value of each field of the schema and back', async () => {
    const { code, output } = await simulateInProcess(['--mutate']);
    process.stdout.write(`simulation: ${output.trim().split('\n').at(-1)}\n`);
    const lines = output.split('\n');
    expect(lines.filter((line) => line.startsWith('  '))).toEqual([]);
    const paths = [CONNECTOR_NAMES, ACCOUNT_NAMES].flatMap(({ plural }) => specFields(plural));
    for (const { path } of paths) {
      expect(lines).toContainEqual(expect.stringMatching(`^${path}: .*[1-9]`));
    }
    expect(code).toBe(0);
  });

  it('comes to the state of a new connector over many fields, with edits under way and faults', async () => {
    const { code, output } = await simulateInProcess(['--walks', `1..${WALKS}`]);
    process.stdout.write(`simulation: ${output.trim().split('\n').at(-1)}\n`);
    expect(output.split('\n').filter((line) => line.startsWith('  '))).toEqual([]);
    expect(code).toBe(0);
  });
});
