import type { SpecField } from '../../support/crd-fields.ts';
import type { Definitions } from '../environment/cluster.ts';
import { differences } from './end-state.ts';
import type { Base, MutatedKind } from './kind.ts';
import { type Mutation, mutationsOf } from './mutations.ts';
import { conditionsOf, type ObjectSession, type Settled, withObject } from './object-session.ts';

/** What the changes of one field showed. */
export interface FieldResult {
  readonly changes: number;
  /** For the report: how many changes of each kind. */
  readonly counts: string;
  readonly wrong: readonly string[];
  /** The answers of the API server to values that it refused. */
  readonly refusals: readonly string[];
}

/** A change of a field with what it is compared with. */
interface Change {
  readonly definitions: Definitions;
  readonly kind: MutatedKind;
  readonly base: Base;
  readonly mutation: Mutation;
  readonly report: (text: string) => void;
}

/** Changes one field of an object that is Ready to each of its other values and back. */
export async function changeField(
  definitions: Definitions,
  kind: MutatedKind,
  base: Base,
  field: SpecField,
): Promise<FieldResult> {
  const wrong: string[] = [];
  const refusals: string[] = [];
  const mutations = await withObject(definitions, kind, base, async (object) => {
    await object.create(object.spec);
    const created = await object.settle();
    if (!created.isReady) {
      wrong.push(`not Ready after the creation: ${conditionsOf(created)}`);
    }
    const all = mutationsOf(kind, field, object.spec);
    for (const mutation of all) {
      const report = (text: string): void => void wrong.push(`${inWords(mutation)}: ${text}`);
      const answer = await changed({ definitions, kind, base, mutation, report }, object, created);
      refusals.push(...(answer === undefined ? [] : [answer]));
    }
    return all;
  });
  const isImmutable = kind.expectations.immutable.has(field.path);
  if (field.isLeaf && !isImmutable && !mutations.some((one) => one.kind === 'valid')) {
    wrong.push('no other valid value');
  }
  const kinds = ['valid', 'removed', 'accepted', 'refused'] as const;
  const counts = kinds.map((one) => `${mutations.filter((mutation) => mutation.kind === one).length} ${one}`);
  return { changes: mutations.length, counts: counts.join(', '), wrong, refusals };
}

/** Makes one change and takes it back. Returns the answer of the API server where it refused it. */
async function changed(change: Change, object: ObjectSession, created: Settled): Promise<string | undefined> {
  const { kind, mutation, report } = change;
  const isImmutable = kind.expectations.immutable.has(mutation.field.path);
  await object.renew();
  const answer = await object.replace(mutation.spec);
  const isRefused = answer.status === 422;
  const isExpected = mutation.kind === 'refused' || isImmutable;
  if (isRefused !== isExpected && !(isRefused && mutation.kind === 'removed')) {
    report(`answered with ${answer.status} ${answer.text}`);
  }
  if (isRefused) {
    if (isImmutable && (mutation.kind === 'valid' || mutation.kind === 'accepted')) {
      await judgeNew(change, created);
    }
    return answer.text;
  }
  const settled = await object.settle();
  judge(change, settled);
  if (mutation.kind === 'accepted') {
    await judgeNew(change, created);
  } else if (settled.isReady) {
    if (
      kind.expectations.isVisible(mutation.field) &&
      differences(created.state, settled.state).length === 0
    ) {
      report('without effect');
    }
    await compareWithNew(change, settled);
  }
  await goBack(object, created, report);
  return undefined;
}

/** Everything is Ready with a valid value, or conditions name the field. */
function judge({ kind: { expectations }, mutation, report }: Change, settled: Settled): void {
  const conditions = conditionsOf(settled);
  const reason = expectations.reason(mutation);
  if (
    mutation.kind === 'valid' &&
    (reason === undefined ? !settled.isReady : !conditions.includes(`Ready=False/${reason} `))
  ) {
    report(`not Ready: ${conditions}`);
  }
  if (mutation.kind === 'accepted' && !expectations.isUnread(mutation)) {
    // Connectors may keep what worked before.
    const concerned = settled.objects.filter(({ isReady }) => !isReady);
    if (settled.isReady || !concerned.every((one) => expectations.isNamed(mutation, one.conditions))) {
      report(`not named: ${conditions}`);
    }
  }
}

/** An object that is created with a value that the operator refuses, or with other words for the same value. */
async function judgeNew(change: Change, created: Settled): Promise<void> {
  const { kind, mutation, report } = change;
  const fresh = await settleNew(change);
  if (mutation.kind === 'valid' || kind.expectations.isRefusedAsChange(mutation)) {
    if (!fresh.isReady) {
      report(`a new one is not Ready: ${conditionsOf(fresh)}`);
    }
    const unlike = mutation.kind === 'valid' ? differences(created.state, fresh.state) : [];
    for (const text of unlike) {
      report(`a new one is different: ${text}`);
    }
    return;
  }
  for (const { name, isReady, conditions } of fresh.objects) {
    if (isReady || !kind.expectations.isNamed(mutation, conditions)) {
      report(`not named by a new one: ${name}: ${conditions}`);
    }
  }
}

/** An object that was changed has to be like one that was created like that. */
async function compareWithNew(change: Change, { state }: Settled): Promise<void> {
  const fresh = await settleNew(change);
  // A connector with a grant does not need what a new one waits for.
  for (const text of fresh.isReady ? differences(fresh.state, state) : []) {
    if (!change.kind.expectations.isLasting(change.mutation, text)) {
      change.report(`unlike a new one: ${text}`);
    }
  }
}

async function settleNew({ definitions, kind, base, mutation }: Change): Promise<Settled> {
  return await withObject(definitions, kind, base, async (object) => {
    await object.create(mutation.spec);
    return await object.settle();
  });
}

/** After the way back everything has to be as it was created. */
async function goBack(
  object: ObjectSession,
  { state }: Settled,
  report: (text: string) => void,
): Promise<void> {
  await object.renew();
  const answer = await object.replace(object.spec);
  if (answer.status !== 200) {
    report(`back: ${answer.text}`);
    return;
  }
  const after = await object.settle();
  for (const text of differences(state, after.state)) {
    report(`back: ${text}`);
  }
}

function inWords({ kind, value }: Mutation): string {
  const text = value === undefined ? '' : ` ${JSON.stringify(value)}`;
  return `${kind}${text.length > 80 ? `${text.slice(0, 80)}...` : text}`;
}
