import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { ControlPlane } from '../controlplane/control-plane.ts';

const program = process.env['CHAINSAW'] ?? 'chainsaw';
const folder = join(import.meta.dirname, '..', '..', 'chainsaw');

/** Whether there is a chainsaw. Suites that need one are skipped without it, and say so. */
export const hasChainsaw = spawnSync(program, ['version'], { stdio: 'ignore' }).status === 0;

/** The scenarios of `test/chainsaw`, by the names of their folders. */
export const scenarios: readonly string[] = readdirSync(folder).filter((name) =>
  existsSync(join(folder, name, 'chainsaw-test.yaml')),
);

/** What Chainsaw reports about one scenario. */
export interface ScenarioReport {
  readonly namespace: string;
  /** Each failed operation, with its step. */
  readonly failures: readonly string[];
}

/** The results of a run of Chainsaw. */
export interface ChainsawReport {
  /** 0 if no scenario failed. */
  readonly code: number;
  /** Everything that Chainsaw printed. */
  readonly output: string;
  /** By scenario; those that did not run are absent. */
  readonly scenarios: ReadonlyMap<string, ScenarioReport>;
}

const reportSchema = z.object({
  tests: z.array(
    z.object({
      name: z.string(),
      namespace: z.string().default(''),
      steps: z
        .array(
          z.object({
            name: z.string().default(''),
            operations: z
              .array(
                z.object({
                  name: z.string().default(''),
                  failure: z.object({ error: z.string().default('') }).optional(),
                }),
              )
              .default([]),
          }),
        )
        .default([]),
    }),
  ),
});

/**
 * Runs all scenarios on `plane`, in a namespace each, with `values` as `$values`. Namespaces stay where no controller
 * would delete them.
 */
export async function runChainsaw(plane: ControlPlane, values: unknown): Promise<ChainsawReport> {
  const scratch = await mkdtemp(join(tmpdir(), 'chainsaw-'));
  try {
    const file = (name: string): string => join(scratch, name);
    await writeFile(file('kubeconfig'), plane.kubeconfig, { mode: 0o600 });
    await writeFile(file('values.yaml'), stringify(values), { mode: 0o600 });
    const { code, output } = await execute(
      [
        'test',
        ...['--config', join(folder, '.chainsaw.yaml')],
        ...['--values', file('values.yaml')],
        ...['--report-format', 'JSON', '--report-path', scratch, '--report-name', 'report'],
        ...(plane.features.namespaceLifecycle ? [] : ['--skip-delete']),
        // The rules of the CRDs are checked by the operator on servers without CEL.
        ...(plane.features.cel ? [] : ['--exclude-test-regex', '^chainsaw/refuse$']),
        '--no-color',
        folder,
      ],
      {
        PATH: [process.env['KUBEBUILDER_ASSETS'], process.env['PATH']].filter(Boolean).join(delimiter),
        HOME: scratch,
        KUBECONFIG: file('kubeconfig'),
      },
    );
    const report = existsSync(file('report.json'))
      ? reportSchema.parse(JSON.parse(await readFile(file('report.json'), 'utf8')))
      : { tests: [] };
    return { code, output, scenarios: new Map(report.tests.map((test) => [test.name, summarize(test)])) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function summarize({ namespace, steps }: z.infer<typeof reportSchema>['tests'][number]): ScenarioReport {
  return {
    namespace,
    failures: steps.flatMap((step) =>
      step.operations.flatMap(({ name, failure }) =>
        failure === undefined ? [] : [`${step.name}: ${name}: ${failure.error}`],
      ),
    ),
  };
}

function execute(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') {
        reject(error);
        return;
      }
      resolve({ code: child.exitCode ?? 1, output: `${stdout}${stderr}` });
    });
  });
}
