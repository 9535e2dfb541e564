import type { ConsentRunner } from '../defects/inject.ts';
import type { Definitions } from '../environment/cluster.ts';
import { shrink } from '../shrink.ts';

/**
 * Runs the seeds `from` to `to`, and writes a line for each property that breaks, with the shortest trace that still breaks
 * it. With a defect the first of these seeds ends the search. Returns how many seeds break one.
 */
export async function runConsents(
  { definitions, runConsentSeed }: { readonly definitions: Definitions } & ConsentRunner,
  { from, to, defect }: { readonly from: number; readonly to: number; readonly defect?: string | undefined },
  write: (line: string) => void,
): Promise<number> {
  let broken = 0;
  let granted = 0;
  let sent = 0;
  let seeds = 0;
  for (let seed = from; seed <= to && (defect === undefined || broken === 0); seed++) {
    const result = await runConsentSeed({ seed, definitions });
    const isBroken = result.violations.length > 0;
    seeds += 1;
    granted += result.granted;
    sent += result.sent;
    broken += isBroken ? 1 : 0;
    for (const { property, text } of result.violations) {
      write(`  seed ${seed}: ${property}: ${text}`);
    }
    const shown = isBroken
      ? await shrink(result, (without) => runConsentSeed({ seed, definitions, without }))
      : result;
    for (const line of from === to || isBroken ? shown.trace : []) {
      write(line);
    }
    if (isBroken) {
      const { length } = result.disturbances;
      write(
        `disturbances that are needed, ${shown.disturbances.length} of ${length}: ${shown.disturbances.join(', ')}`,
      );
    }
  }
  write(`${seeds} seeds, ${granted} consents granted, ${sent} codes sent, ${broken} broken`);
  return broken;
}
