import type { InstanceEdit, InstanceSnapshot } from 'open-connectors-simulator/out-of-band.ts';
import { sleep } from '../../../src/runtime/clock.ts';
import { digestOf, foreignTags } from '../model/foreign.ts';
import type { Subject } from '../model/subject.ts';
import { pick } from '../seeds.ts';
import { type Operation, type OperationContext, ownInstances } from './context.ts';
import { rename } from './edits.ts';
import { deleteResource } from './lifecycle.ts';

/** Another client changes an instance, but not its owner tags. */
export const drift: Operation = async (context, subject, random) => {
  const [instance] = ownInstances(context, subject);
  if (instance === undefined) {
    return undefined;
  }
  const { tags, disabled, id } = instance;
  const edits: readonly InstanceEdit[] = [
    { name: `drifted-${Math.floor(random.fraction() * 1_000)}` },
    { tags: [...tags.filter((tag) => tag.startsWith('k8s-')), 'drifted'] },
    { configuration: { 'filter.response.nulls': 'drifted' } },
    { disabled: !disabled },
  ];
  const edit = pick(random, edits);
  context.stage.bench.simulator.editInstance(id, edit);
  return `instance ${id}: ${Object.keys(edit)} changed in Open Connectors`;
};

/** Another client deletes an instance. */
export const removeInstance: Operation = async (context, subject) => {
  const [instance] = ownInstances(context, subject);
  if (instance === undefined) {
    return undefined;
  }
  context.stage.bench.simulator.deleteInstance(instance.id);
  return `instance ${instance.id} deleted in Open Connectors`;
};

const nothing: Operation = async () => undefined;

/** A connector counts as settled after this time without an operation, milliseconds. */
const SETTLED_MS = 2_500;
/** Maximum wait of a take-over for that, milliseconds. */
const QUIET_MS = 12_000;
const LOOK_MS = 100;

/**
 * Another cluster takes over an instance; then nothing, an edit or a deletion follows here. Only while the operator is
 * idle: Open Connectors has no conditional write, so a call in flight changes the instance of the new owner.
 */
export const takeOver: Operation = async (context, subject, random) => {
  const instance = await untilQuiet(context, subject);
  if (instance === undefined) {
    return undefined;
  }
  const { clock, stage, foreign } = context;
  const own = instance.tags.filter((tag) => !tag.startsWith('k8s-'));
  const tags = [...foreignTags(random, 'elsewhere', subject.name), ...own];
  const taken = stage.bench.simulator.editInstance(instance.id, { tags });
  foreign.push({
    id: instance.id,
    since: clock.now(),
    digest: digestOf(taken),
    takenFrom: subject.key,
  });
  subject.takenOver = true;
  const text = `instance ${instance.id} taken over by another cluster`;
  stage.auditLog.note('operation', text, subject.key);
  const sequel = pick(random, [nothing, rename, rename, deleteResource]);
  const done = await sequel(context, subject, random);
  return done === undefined ? text : `${text}, then ${done}`;
};

/** The only instance of the connector, as soon as both are settled. */
async function untilQuiet(
  context: OperationContext,
  subject: Subject,
): Promise<InstanceSnapshot | undefined> {
  const deadline = context.clock.monotonic() + QUIET_MS;
  while (context.clock.monotonic() < deadline) {
    const [instance, ...others] = ownInstances(context, subject);
    if (instance !== undefined && others.length === 0 && mayBeTaken(context, subject, instance.id)) {
      return instance;
    }
    await sleep(context.clock, LOOK_MS);
  }
  return undefined;
}

function mayBeTaken(
  { stage, clock, subjects, foreign }: OperationContext,
  subject: Subject,
  id: number,
): boolean {
  const watched = stage.connectors.of(subject.key);
  const now = clock.now();
  const calledLately = stage.bench.simulator.ledger.count(
    ({ at, path }) => now - at < SETTLED_MS && path.includes(String(id)),
  );
  return (
    watched !== undefined &&
    watched.view.ready?.status === 'True' &&
    watched.view.current &&
    watched.view.replacingId === undefined &&
    now - watched.readySince >= SETTLED_MS &&
    now - subject.lastOperationAt >= SETTLED_MS &&
    !subject.takenOver &&
    foreign.filter(({ takenFrom }) => takenFrom !== undefined).length < Math.ceil(subjects.length / 3) &&
    calledLately === 0
  );
}
