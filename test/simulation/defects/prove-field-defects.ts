import type { Definitions } from '../environment/cluster.ts';
import { FIELD_DEFECTS } from './field-defects.ts';
import { importFieldsWithDefect } from './inject.ts';

/** Changes the field of each defect, and writes one line for each. Returns how many are not found. */
export async function proveFieldDefects(
  definitions: Definitions,
  write: (line: string) => void,
): Promise<number> {
  let missed = 0;
  for (const defect of FIELD_DEFECTS) {
    const { runMutations } = await importFieldsWithDefect(defect);
    const lines: string[] = [];
    const wrong = await runMutations(definitions, defect, (line) => void lines.push(line));
    const [first = ''] = lines.filter((line) => line.startsWith('  '));
    missed += wrong === 0 ? 1 : 0;
    write(`${wrong === 0 ? 'MISSED' : 'found'}: ${defect.name}: ${first.trim() || defect.field}`);
  }
  return missed;
}
