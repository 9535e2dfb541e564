import { parseArgs } from 'node:util';
import { systemClock } from '../../src/runtime/clock.ts';
import { timeLimit } from '../support/time-limit.ts';
import { demonstrate } from './demo.ts';
import { DemoFailure, Interrupted } from './failure.ts';
import { createScreen } from './screen.ts';

const usage = `npm run demo              shows the operator at work, and stays until Ctrl-C
npm run demo -- --once    the same without staying: checks the outcome, takes everything down, ends with 0 if all is well`;

/** Timeout of a demo that checks itself, milliseconds. */
const deadlineMs = timeLimit(90_000);
/** Grace period of the cleanup, milliseconds. */
const endingMs = timeLimit(15_000);
const readingMs = 1_500;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'number') {
    return options;
  }
  const { once } = options;
  const end = new AbortController();
  let staying = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => end.abort(new Interrupted(signal)));
  }
  // The reader of the output has closed the pipe, such as `head`.
  process.stdout.on('error', () => end.abort(new Interrupted('nobody reads the output')));
  end.signal.addEventListener('abort', () => void setTimeout(() => process.exit(1), endingMs).unref());
  const deadline = once
    ? systemClock.schedule(deadlineMs, () =>
        end.abort(new DemoFailure(`Not finished after ${deadlineMs / 1000} seconds.`)),
      )
    : () => undefined;
  try {
    await demonstrate({
      once,
      screen: createScreen(process.stdout, systemClock),
      clock: systemClock,
      pauseMs: process.stdout.isTTY && !once ? readingMs : 0,
      signal: end.signal,
      onStay: () => {
        staying = true;
      },
    });
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) {
      console.log('\nThe demo has ended and removed everything.');
      return staying ? 0 : 130;
    }
    console.error(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    deadline();
  }
}

function readOptions(): { readonly once: boolean } | number {
  try {
    const { values } = parseArgs({
      options: { once: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    return { once: values.once };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return 2;
  }
}
