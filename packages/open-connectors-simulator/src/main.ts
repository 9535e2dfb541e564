import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from 'test-kit/random.ts';
import { briefIntroduction, introduction } from './introduction.ts';
import { knobsTable } from './knobs-page.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { createSecrets, readSecrets } from './secrets.ts';
import { type SimulatorOptions, startSimulator } from './simulator.ts';

type ServeOptions = Extract<Options, { command: 'serve' }>;

/** Resolves with the first signal that asks the process to end. */
const ended = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });

async function serve({ secretsFolder, port, host, publicUrl }: ServeOptions): Promise<void> {
  const stopped = ended();
  const options: SimulatorOptions = {
    port,
    ...(host === undefined ? {} : { host }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
  };
  if (secretsFolder !== undefined) {
    const simulator = await startSimulator({ ...options, ...(await readSecrets(secretsFolder)) });
    console.log(briefIntroduction(simulator));
    await stopped;
    await simulator.stop();
    return;
  }
  const simulator = await startSimulator(options);
  const folder = await mkdtemp(join(tmpdir(), 'open-connectors-simulator-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, simulator.caPem);
  console.log(introduction(simulator, caFile));
  await stopped;
  await simulator.stop();
  await rm(folder, { recursive: true });
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  switch (options.command) {
    case 'help':
      return console.log(USAGE);
    case 'print-knobs':
      return console.log(knobsTable());
    case 'print-secrets':
      return console.log(JSON.stringify(await createSecrets(options.hostnames, systemRandom), undefined, 2));
    case 'serve':
      return serve(options);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
