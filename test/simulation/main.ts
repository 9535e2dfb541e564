import { parseOptions, USAGE } from './options.ts';
import { run } from './run.ts';
import { compileDefinitions } from './world/cluster.ts';

const options = parseOptions(process.argv.slice(2));
if (options === undefined) {
  process.stderr.write(USAGE);
  process.exit(2);
}
const definitions = await compileDefinitions();
let broken = 0;
let requests = 0;
for (let seed = options.from; seed <= options.to; seed++) {
  const result = await run({ seed, definitions });
  requests += result.requests;
  if (options.trace) {
    process.stdout.write(`${result.trace.join('\n')}\n`);
  }
  for (const { property, text } of result.violations) {
    process.stdout.write(`seed ${seed}: ${property}: ${text}\n`);
  }
  broken += result.violations.length > 0 ? 1 : 0;
  if (!options.trace && (seed - options.from) % 10 === 9) {
    process.stdout.write(`seeds ${options.from}..${seed}: ${requests} requests, ${broken} broken\n`);
  }
}
process.stdout.write(`seeds ${options.from}..${options.to}: ${requests} requests, ${broken} broken\n`);
process.exitCode = broken > 0 ? 1 : 0;
