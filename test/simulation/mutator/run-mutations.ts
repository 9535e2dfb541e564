import type { Definitions } from '../environment/cluster.ts';
import { ACCOUNT_KIND } from './account/kind.ts';
import { changeField, type FieldResult } from './change-field.ts';
import { CONNECTOR_KIND } from './connector/kind.ts';
import type { Base, MutatedKind, Spec } from './kind.ts';
import { baseOf, fieldsOf } from './mutations.ts';
import { withObject } from './object-session.ts';
import { unbrokenRules } from './rules.ts';

/** How much was changed, and how much is wrong. */
interface Count {
  readonly fields: number;
  readonly changes: number;
  readonly wrong: number;
}

/** Changes each field of the spec of both kinds, or one, and writes one line for each. Returns how much is wrong. */
export async function runMutations(
  definitions: Definitions,
  { field }: { readonly field?: string | undefined },
  write: (line: string) => void,
): Promise<number> {
  let sum: Count = { fields: 0, changes: 0, wrong: 0 };
  for (const kind of [CONNECTOR_KIND, ACCOUNT_KIND]) {
    const { fields, changes, wrong } = await mutate(definitions, kind, field, write);
    sum = { fields: sum.fields + fields, changes: sum.changes + changes, wrong: sum.wrong + wrong };
  }
  write(`${sum.fields} fields, ${sum.changes} changes, ${sum.wrong} wrong`);
  return sum.wrong;
}

/** A property that breaks ends the changes of a field. */
async function attempt(
  ...[definitions, kind, base, field]: Parameters<typeof changeField>
): Promise<FieldResult> {
  try {
    return await changeField(definitions, kind, base, field);
  } catch (error) {
    return failed(String(error));
  }
}

function failed(text: string): FieldResult {
  return { changes: 0, counts: '', wrong: [text], refusals: [] };
}

async function mutate(
  definitions: Definitions,
  kind: MutatedKind,
  only: string | undefined,
  write: (line: string) => void,
): Promise<Count> {
  const fields = fieldsOf(kind).filter(({ path }) => only === undefined || path === only);
  const specs = new Map<Base, Spec>();
  for (const base of fields.length === 0 ? [] : kind.bases) {
    specs.set(base, await withObject(definitions, kind, base, async ({ spec }) => spec));
  }
  const results: FieldResult[] = [];
  let wrong = 0;
  for (const field of fields) {
    const base = baseOf(field, specs);
    const result =
      base === undefined ? failed('no base has the field') : await attempt(definitions, kind, base, field);
    results.push(result);
    wrong += result.wrong.length;
    write(`${field.path}: ${result.counts}`);
    for (const text of result.wrong) {
      write(`  ${field.path}: ${text}`);
    }
  }
  const messages = results.flatMap(({ refusals }) => refusals);
  const unbroken = only === undefined ? await unbrokenRules(definitions, kind, messages) : [];
  for (const rule of unbroken) {
    write(`  no value breaks the rule: ${rule}`);
  }
  const changes = results.reduce((sum, { changes: count }) => sum + count, 0);
  return { fields: fields.length, changes, wrong: wrong + unbroken.length };
}
