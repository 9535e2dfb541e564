import { startBareClient } from '../subjects/subject.ts';
import { createFilledTenant, operatorsOf, type Program, type ScenarioContext } from './context.ts';
import { WORDS } from './names.ts';
import type { Timing } from './result.ts';
import { firstCall, settled } from './waits.ts';

const SAMPLES = 5;

/** From the start of a process to its first create, with one connector. The programs take turns. */
export async function measureStart(context: ScenarioContext): Promise<readonly Timing[]> {
  const { stage, options, progress } = context;
  const bare: Program = {
    name: 'bare',
    start: (namespace) => startBareClient('create', namespace, stage.environment),
  };
  const programs = [...operatorsOf(context), ...(options.hasYardsticks ? [bare] : [])];
  const samples = programs.map((program) => ({ program, samplesMs: [] as number[] }));
  for (let round = 0; round < (options.samples ?? SAMPLES); round += 1) {
    for (const { program, samplesMs } of samples) {
      progress(`start ${round + 1}: ${WORDS[program.name]}`);
      samplesMs.push(await startOnce(context, program));
    }
  }
  return samples.map(({ program: { name }, samplesMs }) => ({
    scenario: 'start',
    connectors: 1,
    event: 'start',
    program: name,
    samplesMs,
  }));
}

async function startOnce({ stage }: ScenarioContext, program: Program): Promise<number> {
  const tenant = await createFilledTenant(stage, 1);
  const from = Date.now();
  const subject = program.start(tenant.namespace);
  try {
    const { at } = await firstCall(stage, subject, from, ({ operation }) => operation === 'createInstance');
    await settled(stage); // An end in the middle of a creation would be reported as an error.
    return at - from;
  } finally {
    await subject.stop();
  }
}
