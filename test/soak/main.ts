import { inspect } from 'node:util';
import { z } from 'zod';
import { readOptions, type SoakOptions, USAGE } from './options.ts';
import { soak } from './soak.ts';

const print = (text: string): void => void process.stdout.write(text);

process.exitCode = await main();

async function main(): Promise<number> {
  let options: SoakOptions | undefined;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    const words = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    process.stderr.write(`${words}\n${USAGE}\n`);
    return 2;
  }
  if (options === undefined) {
    print(`${USAGE}\n`);
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => stop.abort(new Error(`ended by ${signal}`)));
  }
  try {
    return (await soak(options, print, stop.signal)) ? 0 : 1;
  } catch (error) {
    for (const cause of causesOf(error)) {
      process.stderr.write(`${inspect(cause)}\n`);
    }
    return 1;
  }
}

/** The first error, then the errors of the cleanup. */
function causesOf(error: unknown): unknown[] {
  return error instanceof SuppressedError
    ? [...causesOf(error.suppressed), ...causesOf(error.error)]
    : [error];
}
