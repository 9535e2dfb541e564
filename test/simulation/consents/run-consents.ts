import type { Definitions } from '../environment/cluster.ts';
import { runConsentSeed } from './consent-run.ts';

/** Runs the seeds `from` to `to`, and writes a line for each that breaks a property. Returns how many do. */
export async function runConsents(
  definitions: Definitions,
  { from, to }: { readonly from: number; readonly to: number },
  write: (line: string) => void,
): Promise<number> {
  let broken = 0;
  let granted = 0;
  let sent = 0;
  for (let seed = from; seed <= to; seed++) {
    const result = await runConsentSeed(definitions, seed);
    granted += result.granted;
    sent += result.sent;
    broken += result.violations.length > 0 ? 1 : 0;
    for (const { property, text } of result.violations) {
      write(`  seed ${seed}: ${property}: ${text}`);
    }
    for (const line of from === to ? result.trace : []) {
      write(line);
    }
  }
  write(`${to - from + 1} seeds, ${granted} consents granted, ${sent} codes sent, ${broken} broken`);
  return broken;
}
