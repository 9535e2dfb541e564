import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { freePort } from '../../../support/controlplane/ports.ts';

/** A Prometheus that scrapes one target, on the loopback interface. */
export interface Prometheus {
  /** The result of an instant query; throws with Prometheus' own words when it refuses it. */
  query(
    expr: string,
  ): Promise<readonly { readonly metric: Record<string, string>; readonly value: number }[]>;
  /** The names of the alerts that it has loaded. */
  alerts(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const queryAnswer = z.object({
  status: z.string(),
  error: z.string().optional(),
  data: z.object({ result: z.array(z.unknown()) }).optional(),
});
const vectorSample = z.object({
  metric: z.record(z.string(), z.string()),
  value: z.tuple([z.number(), z.string()]),
});
const rulesAnswer = z.object({
  data: z.object({ groups: z.array(z.object({ rules: z.array(z.object({ name: z.string() })) })) }),
});

/** Starts Prometheus with `rules` against `127.0.0.1:targetPort`; resolves when it answers. */
export async function startPrometheus(targetPort: number, rules: string): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
  const port = await freePort();
  const config = join(folder, 'prometheus.yml');
  await writeFile(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [rules],
      scrape_configs: [
        {
          job_name: 'operator',
          honor_labels: true,
          static_configs: [{ targets: [`127.0.0.1:${targetPort}`] }],
        },
      ],
    }),
  );
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines: string[] = [];
  const ready = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      if (line.includes('Server is ready to receive web requests')) {
        resolve();
      }
    });
    void ended.then(() => reject(new Error(`Prometheus ended:\n${lines.slice(-10).join('\n')}`)));
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  await ready.catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const get = async (path: string): Promise<unknown> =>
    (await fetch(`http://127.0.0.1:${port}/api/v1${path}`)).json();
  return {
    stop,
    async query(expr) {
      const answer = queryAnswer.parse(await get(`/query?query=${encodeURIComponent(expr)}`));
      if (answer.data === undefined) {
        throw new Error(answer.error ?? 'Prometheus gave no reason');
      }
      return answer.data.result.map((sample) => {
        const { metric, value } = vectorSample.parse(sample);
        return { metric, value: Number(value[1]) };
      });
    },
    async alerts() {
      const { data } = rulesAnswer.parse(await get('/rules'));
      return data.groups.flatMap(({ rules: loaded }) => loaded.map(({ name }) => name));
    },
  };
}
