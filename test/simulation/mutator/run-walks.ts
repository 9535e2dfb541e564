import type { Definitions } from '../environment/cluster.ts';
import { walk } from './walk.ts';

/** Runs the walks `from` to `to`, and writes a line for each that is wrong. Returns how many are. */
export async function runWalks(
  definitions: Definitions,
  { from, to }: { readonly from: number; readonly to: number },
  write: (line: string) => void,
): Promise<number> {
  let wrong = 0;
  let changes = 0;
  for (let seed = from; seed <= to; seed++) {
    const result = await attempt(definitions, seed);
    changes += result.steps.length - 1;
    if (result.wrong.length > 0) {
      wrong += 1;
      write(`  walk ${seed}:\n    ${[...result.steps, ...result.wrong].join('\n    ')}`);
    }
  }
  write(`${to - from + 1} walks, ${changes} changes, ${wrong} wrong`);
  return wrong;
}

async function attempt(definitions: Definitions, seed: number): ReturnType<typeof walk> {
  try {
    return await walk(definitions, seed);
  } catch (error) {
    return { steps: [], wrong: [String(error)] };
  }
}
