import type { Definitions } from '../environment/cluster.ts';
import { BASES, type Base, type Spec } from './bases.ts';
import { changeField, type FieldResult } from './change-field.ts';
import { withConnector } from './connector-session.ts';
import { baseOf, FIELDS } from './mutations.ts';
import { unbrokenRules } from './rules.ts';

/** Changes each field of the spec, or one, and writes one line for each. Returns how much is wrong. */
export async function runMutations(
  definitions: Definitions,
  { field: only }: { readonly field?: string | undefined },
  write: (line: string) => void,
): Promise<number> {
  const specs = new Map<Base, Spec>();
  for (const base of BASES) {
    specs.set(base, await withConnector(definitions, base, async ({ spec }) => spec));
  }
  const fields = FIELDS.filter(({ path }) => only === undefined || path === only);
  const results: FieldResult[] = [];
  let wrong = 0;
  for (const field of fields) {
    const base = baseOf(field, specs);
    const result = base === undefined ? undefined : await changeField(definitions, base, field);
    const found = result?.wrong ?? ['no base has the field'];
    results.push(...(result === undefined ? [] : [result]));
    wrong += found.length;
    write(`${field.path}: ${result?.counts ?? ''}`);
    for (const text of found) {
      write(`  ${field.path}: ${text}`);
    }
  }
  const messages = results.flatMap(({ refusals }) => refusals);
  const unbroken = only === undefined ? await unbrokenRules(definitions, messages) : [];
  for (const rule of unbroken) {
    write(`  no value breaks the rule: ${rule}`);
  }
  const changes = results.reduce((sum, { changes: count }) => sum + count, 0);
  write(`${fields.length} fields, ${changes} changes, ${wrong + unbroken.length} wrong`);
  return wrong + unbroken.length;
}
