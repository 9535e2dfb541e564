import type { SpecField } from '../../support/crd-fields.ts';
import type { Definitions } from '../environment/cluster.ts';
import type { Base } from './bases.ts';
import { type ConnectorSession, type Settled, withConnector } from './connector-session.ts';
import { differences } from './end-state.ts';
import { type Mutation, mutationsOf } from './mutations.ts';

/** What the changes of one field showed. */
export interface FieldResult {
  readonly changes: number;
  /** For the report: how many changes of each kind. */
  readonly counts: string;
  readonly wrong: readonly string[];
  /** The answers of the API server to values that it refused. */
  readonly refusals: readonly string[];
}

/** Changes one field of a connector that is Ready to each of its other values and back. */
export async function changeField(
  definitions: Definitions,
  base: Base,
  field: SpecField,
): Promise<FieldResult> {
  const wrong: string[] = [];
  const refusals: string[] = [];
  const mutations = await withConnector(definitions, base, async (connector) => {
    await connector.create(connector.spec);
    const created = await connector.settle();
    if (!created.isReady) {
      wrong.push(`not Ready after the creation: ${created.conditions}`);
    }
    const all = mutationsOf(field, connector.spec);
    for (const mutation of all) {
      const report = (text: string): void => void wrong.push(`${inWords(mutation)}: ${text}`);
      const answer = await connector.replace(mutation.spec);
      if (answer.status === 422) {
        refusals.push(answer.text);
      }
      if (mutation.kind === 'refused') {
        if (answer.status !== 422) {
          report(`answered with ${answer.status}`);
        }
        continue;
      }
      if (answer.status === 422) {
        if (mutation.kind !== 'removed') {
          report(answer.text);
        }
        continue;
      }
      judge(mutation, await connector.settle(), report);
      await goBack(connector, created, report);
    }
    return all;
  });
  if (field.isLeaf && !mutations.some(({ kind }) => kind === 'valid')) {
    wrong.push('no other valid value');
  }
  const kinds = ['valid', 'removed', 'accepted', 'refused'] as const;
  const counts = kinds.map((one) => `${mutations.filter(({ kind }) => kind === one).length} ${one}`);
  return { changes: mutations.length, counts: counts.join(', '), wrong, refusals };
}

/** A connector is Ready with a valid value, or says what is wrong. */
function judge({ kind }: Mutation, { isReady, conditions }: Settled, report: (text: string) => void): void {
  if (kind === 'valid' && !isReady) {
    report(`not Ready: ${conditions}`);
  }
  if (kind === 'accepted' && isReady) {
    report('Ready');
  }
}

/** After the way back the connector has to be as it was created. */
async function goBack(
  connector: ConnectorSession,
  { state }: Settled,
  report: (text: string) => void,
): Promise<void> {
  const answer = await connector.replace(connector.spec);
  if (answer.status !== 200) {
    report(`back: ${answer.text}`);
    return;
  }
  const after = await connector.settle();
  for (const text of differences(state, after.state)) {
    report(`back: ${text}`);
  }
}

function inWords({ kind, value }: Mutation): string {
  const text = value === undefined ? '' : ` ${JSON.stringify(value)}`;
  return `${kind}${text.length > 80 ? `${text.slice(0, 80)}...` : text}`;
}
