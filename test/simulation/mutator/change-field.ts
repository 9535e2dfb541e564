import type { SpecField } from '../../support/crd-fields.ts';
import type { Definitions } from '../environment/cluster.ts';
import type { Base } from './bases.ts';
import { type ConnectorSession, type Settled, withConnector } from './connector-session.ts';
import { differences } from './end-state.ts';
import { expectedReason, IMMUTABLE, isLasting, isNamed, isUnread } from './expectations.ts';
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
      await connector.renewGrants();
      const answer = await connector.replace(mutation.spec);
      const isRefused = answer.status === 422;
      refusals.push(...(isRefused ? [answer.text] : []));
      if (isRefused !== (mutation.kind === 'refused') && !(isRefused && mutation.kind === 'removed')) {
        report(`answered with ${answer.status} ${answer.text}`);
      }
      if (!isRefused) {
        const changed = await connector.settle();
        judge(mutation, changed, report);
        if (changed.isReady && mutation.kind !== 'accepted') {
          await compareWithNew(definitions, base, mutation, changed, report);
        }
        await goBack(connector, created, report);
      }
    }
    return all;
  });
  const isChangeable = field.isLeaf && !IMMUTABLE.has(field.path);
  if (isChangeable && !mutations.some(({ kind }) => kind === 'valid')) {
    wrong.push('no other valid value');
  }
  const kinds = ['valid', 'removed', 'accepted', 'refused'] as const;
  const counts = kinds.map((one) => `${mutations.filter(({ kind }) => kind === one).length} ${one}`);
  return { changes: mutations.length, counts: counts.join(', '), wrong, refusals };
}

/** A connector is Ready with a valid value, or its conditions name the field. */
function judge(mutation: Mutation, settled: Settled, report: (text: string) => void): void {
  const { kind } = mutation;
  const { isReady, conditions } = settled;
  const reason = expectedReason(mutation);
  if (
    kind === 'valid' &&
    (reason === undefined ? !isReady : !conditions.includes(`Ready=False/${reason} `))
  ) {
    report(`not Ready: ${conditions}`);
  }
  if (kind !== 'accepted' || isUnread(mutation)) {
    return;
  }
  if (isReady || !isNamed(mutation, conditions)) {
    report(`not named: ${conditions}`);
  }
}

/** A connector that was changed has to be like one that was created like that. */
async function compareWithNew(
  definitions: Definitions,
  base: Base,
  mutation: Mutation,
  { state }: Settled,
  report: (text: string) => void,
): Promise<void> {
  const fresh = await withConnector(definitions, base, async (connector) => {
    await connector.create(mutation.spec);
    return await connector.settle();
  });
  // A connector with a grant does not need what a new one waits for.
  for (const text of fresh.isReady ? differences(fresh.state, state) : []) {
    if (!isLasting(mutation, text)) {
      report(`unlike a new one: ${text}`);
    }
  }
}

/** After the way back the connector has to be as it was created. */
async function goBack(
  connector: ConnectorSession,
  { state }: Settled,
  report: (text: string) => void,
): Promise<void> {
  await connector.renewGrants();
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
