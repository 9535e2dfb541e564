import type { Definitions } from '../environment/cluster.ts';
import { catchDefect } from './catch.ts';
import { DEFECTS } from './defects.ts';
import { UPGRADE_DEFECTS } from './upgrade-defects.ts';

/** A change of the code moves the seed that shows a defect; so many more are tried. */
const MARGIN = 150;

/** Writes a table of all defects with the first seed, from 1 to `to`, that shows each. Returns how many none shows. */
export async function tabulateDefects(
  definitions: Definitions,
  to: number,
  write: (line: string) => void,
): Promise<number> {
  let missed = 0;
  write('| defect | property | seeds needed |\n|---|---|---|');
  for (const defect of DEFECTS) {
    const found = await catchDefect(defect, definitions, { from: 1, to });
    missed += found === undefined ? 1 : 0;
    write(
      `| ${defect.name} | ${found?.violation.property ?? 'none'} | ${found?.seed ?? `more than ${to}`} |`,
    );
  }
  return missed;
}

/** Runs each defect from its recorded seed on, and writes one line for each. Returns how many are not found. */
export async function proveDefects(definitions: Definitions, write: (line: string) => void): Promise<number> {
  let missed = 0;
  const all = [
    ...DEFECTS.map((defect) => ({ defect, upgrades: false })),
    ...UPGRADE_DEFECTS.map((defect) => ({ defect, upgrades: true })),
  ];
  for (const { defect, upgrades } of all) {
    const range = { from: defect.seed, to: defect.seed + MARGIN, upgrades };
    const found = await catchDefect(defect, definitions, range);
    const isExpected = found !== undefined && defect.breaks.includes(found.violation.property);
    missed += isExpected ? 0 : 1;
    const words =
      found === undefined
        ? `not found in the seeds ${range.from} to ${range.to}`
        : `seed ${found.seed} breaks "${found.violation.property}"`;
    write(`${isExpected ? 'found' : 'MISSED'}: ${defect.name}: ${words}`);
  }
  return missed;
}
