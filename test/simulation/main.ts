import { DEFECTS } from './defects/defects.ts';
import { injectDefect } from './defects/inject.ts';
import { parseOptions, type SimulateOptions, USAGE } from './options.ts';

const PROGRESS_RUNS = 25;

const options = parseOptions(process.argv.slice(2));
const defect = DEFECTS.find(({ name }) => name === options?.defect);
if (options === undefined || (options.defect !== undefined && defect === undefined)) {
  process.stderr.write(`${USAGE}\nDefects: ${DEFECTS.map(({ name }) => name).join(', ')}\n`);
  process.exitCode = 2;
} else {
  if (defect !== undefined) {
    injectDefect(defect);
  }
  process.exitCode = (await simulate(options)) > 0 ? 1 : 0;
}

/** Runs the seeds; returns how many runs broke a property. */
async function simulate({ from, to, trace, untilBroken }: SimulateOptions): Promise<number> {
  // Loaded here, so that a defect is in place before the operator's modules.
  const { run } = await import('./run.ts');
  const { compileDefinitions } = await import('./world/cluster.ts');
  const definitions = await compileDefinitions();
  let broken = 0;
  let requests = 0;
  let seed = from;
  for (; seed <= to && !(untilBroken && broken > 0); seed++) {
    const result = await run({ seed, definitions });
    requests += result.requests;
    if (trace) {
      write(result.trace.join('\n'));
    }
    for (const { property, text } of result.violations) {
      write(`seed ${seed}: ${property}: ${text}`);
    }
    broken += result.violations.length > 0 ? 1 : 0;
    if (!trace && (seed - from + 1) % PROGRESS_RUNS === 0) {
      write(`seeds ${from}..${seed}: ${requests} requests, ${broken} broken`);
    }
  }
  write(`seeds ${from}..${seed - 1}: ${requests} requests, ${broken} broken`);
  return broken;
}

function write(text: string): void {
  process.stdout.write(`${text}\n`);
}
