import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { adminOperations } from '../src/admin.ts';
import { createKnobs, knobTable, setKnob } from '../src/knobs.ts';
import { knobsTable } from '../src/knobs-page.ts';
import { routes } from '../src/routes.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

async function sources(folder: string, leaveOut: RegExp): Promise<string> {
  const files = (await readdir(at(folder), { recursive: true })).filter(
    (name) => name.endsWith('.ts') && !leaveOut.test(name),
  );
  return (await Promise.all(files.map((name) => readFile(join(at(folder), name), 'utf8')))).join('\n');
}

describe('knobs', () => {
  test('each one is read by the simulator and set by a test', async () => {
    const simulator = await sources('packages/open-connectors-simulator/src', /^knobs/);
    const tests = await sources('packages/open-connectors-simulator/test', /^knobs/);
    for (const name of Object.keys(knobTable)) {
      expect(simulator).toMatch(new RegExp(`\\b${name}\\b`));
      expect(tests).toMatch(new RegExp(`\\b${name}\\b`));
    }
  });

  test('are separate for each simulator', () => {
    const one = createKnobs({ pageCap: 3 });
    expect(setKnob(one, 'noMatch', 'empty-list')).toBeUndefined();
    expect(one).toMatchObject({ pageCap: 3, noMatch: 'empty-list' });
    expect(createKnobs()).toMatchObject({ pageCap: 200, noMatch: 'not-found' });
  });

  test.each([
    ['nothing', 1, 'Unknown knob'],
    ['constructor', 1, 'Unknown knob'],
    ['pageCap', '3', 'takes a number'],
    ['noMatch', 'maybe', 'is one of'],
  ])('%s cannot be %o', (name, value, text) => {
    expect(setKnob(createKnobs(), name, value)).toContain(text);
  });
});

describe('README.md', () => {
  const page = readFile(at('packages/open-connectors-simulator/README.md'), 'utf8');

  test('has the table of knobs (npm run simulator -- --print-knobs)', async () => {
    expect(await page).toContain(knobsTable());
  });

  test('names every operation of the API and of the control interface', async () => {
    for (const operation of new Set(routes.map((route) => route.operation))) {
      expect(await page).toContain(`\`${operation}\``);
    }
    for (const operation of adminOperations) {
      expect(await page).toContain(`\`${operation}\``);
    }
  });
});
