import { homedir } from 'node:os';
import { systemClock } from '../runtime/clock.ts';
import { systemRandom } from '../runtime/random.ts';
import { createInput } from './input/input.ts';
import { createOutput, showsColors } from './render/output.ts';
import { run } from './run.ts';

await main();

/** Runs the command line with the streams of this process. */
async function main(): Promise<void> {
  // A reader such as "head" closes the pipe early.
  process.stdout.on('error', () => process.exit());
  process.exitCode = await run(process.argv.slice(2), {
    output: createOutput(
      (text) => void process.stdout.write(text),
      (text) => void process.stderr.write(text),
      process.stderr.isTTY ? () => process.stderr.columns : undefined,
      showsColors(process.stdout, process.env),
    ),
    input: createInput(process.stdin),
    clock: systemClock,
    random: systemRandom,
    env: process.env,
    home: homedir(),
    platform: process.platform,
    // Once: a second Ctrl-C ends the process.
    onInterrupt(abort) {
      process.once('SIGINT', abort);
      return () => void process.off('SIGINT', abort);
    },
  });
}
