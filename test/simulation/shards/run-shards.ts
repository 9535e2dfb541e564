import type { Definitions } from '../environment/cluster.ts';
import { runShardSeed } from './shard-run.ts';

/** Runs the seeds `from` to `to`, and writes a line for each that breaks a property. Returns how many do. */
export async function runShards(
  definitions: Definitions,
  { from, to }: { readonly from: number; readonly to: number },
  write: (line: string) => void,
): Promise<number> {
  let broken = 0;
  let moves = 0;
  for (let seed = from; seed <= to; seed++) {
    const result = await runShardSeed(definitions, seed);
    moves += result.moves;
    broken += result.violations.length > 0 ? 1 : 0;
    for (const { property, text } of result.violations) {
      write(`  seed ${seed}: ${property}: ${text}`);
    }
    for (const line of from === to ? result.trace : []) {
      write(line);
    }
  }
  write(`${to - from + 1} seeds, ${moves} moves to the other shard, ${broken} broken`);
  return broken;
}
