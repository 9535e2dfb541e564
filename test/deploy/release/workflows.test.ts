import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = join(import.meta.dirname, '..', '..', '..');
const folder = join(root, '.github', 'workflows');

const stepSchema = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const workflowSchema = z.looseObject({
  permissions: z.union([z.literal('read-all'), z.record(z.string(), z.string())]),
  jobs: z.record(z.string(), z.looseObject({ 'timeout-minutes': z.number(), steps: z.array(stepSchema) })),
});

const workflows = readdirSync(folder).map((name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  return { name, text, ...workflowSchema.parse(parse(text)) };
});
const steps = workflows.flatMap(({ name, jobs }) =>
  Object.values(jobs).flatMap((job) => job.steps.map((step) => ({ name, ...step }))),
);
const scripts = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).scripts;

describe('the workflows', () => {
  it('are for tests, releases and the scorecard', () => {
    expect(workflows.map(({ name }) => name)).toEqual(['ci', 'release', 'scorecard']);
  });

  it('pin each action by commit and name its version', () => {
    const lines = workflows.flatMap(({ text }) => text.split('\n').filter((line) => /\buses:/.test(line)));
    expect(lines.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  it('use one commit of each action', () => {
    const used = new Set(steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses])));
    const actions = [...used].map((uses) => uses.split('@')[0]);
    expect(actions).toHaveLength(new Set(actions).size);
  });

  it('give no right to write to a whole workflow', () => {
    for (const { name, permissions } of workflows) {
      const rights = permissions === 'read-all' ? ['read'] : Object.values(permissions);
      expect(new Set(rights), name).toEqual(new Set(['read']));
    }
  });

  it('leave no credentials in the checkout', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@') === true);
    expect(checkouts.map((step) => step.with)).toEqual(
      checkouts.map(() => ({ 'persist-credentials': false })),
    );
  });

  it('run one script of the project in each step', () => {
    for (const { name, run } of steps) {
      if (run !== undefined) {
        const [, script, file] = /^(?:npm run ([\w:]+)(?: -- .*)?|(?:bash )?(\S+))$/.exec(run.trim()) ?? [];
        const known =
          script === undefined ? existsSync(join(root, file ?? '-')) : Object.hasOwn(scripts, script);
        expect(known, `${name}: ${run}`).toBe(true);
      }
    }
  });

  it('take no text of a pull request or tag into a shell', () => {
    for (const { name, run } of steps) {
      expect(run ?? '', name).not.toContain('${{');
    }
  });
});
