import type { Definitions } from '../environment/cluster.ts';
import { CONSENT_DEFECTS } from './consent-defects.ts';
import { importConsentsWithDefect } from './inject.ts';

/** A change of the code moves the seed that shows a defect; so many more are tried. */
const MARGIN = 60;

/** Runs each defect from its recorded seed on, and writes one line for each. Returns how many are not found. */
export async function proveConsentDefects(
  definitions: Definitions,
  write: (line: string) => void,
): Promise<number> {
  let missed = 0;
  for (const defect of CONSENT_DEFECTS) {
    const { runConsentSeed } = await importConsentsWithDefect(defect);
    let line = `MISSED: ${defect.name}: not found from seed ${defect.seed} on`;
    for (let seed = defect.seed; seed <= defect.seed + MARGIN && line.startsWith('MISSED'); seed++) {
      const [broken] = (await runConsentSeed({ seed, definitions })).violations;
      if (broken !== undefined && defect.breaks.includes(broken.property)) {
        line = `found: ${defect.name}: seed ${seed} breaks "${broken.property}"`;
      }
    }
    missed += line.startsWith('MISSED') ? 1 : 0;
    write(line);
  }
  return missed;
}
