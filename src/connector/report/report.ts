import type { Condition } from '../../api/condition.ts';
import { occasionsOf } from '../../reconciler/events.ts';
import type { PassOutcome } from '../../reconciler/outcome.ts';
import { mergePatch } from '../../reconciler/status-patch.ts';
import { withIncident } from '../act/action-context.ts';
import type { Verdict } from '../action.ts';
import type { World } from '../input.ts';
import { witnessOf } from '../observe/observe.ts';
import type { ConnectorPorts } from '../ports.ts';
import { summarise, type Telling } from './summarize.ts';

/** Said of an edit that nothing has come of; an instance that was Ready when the annotation came stays so. */
const SUSPENDED: Telling = {
  kind: 'blocked',
  condition: 'Ready',
  reason: 'Suspended',
  message:
    'All work but deletion is stopped by spec.suspend or the annotation openconnectors.dev/paused. Remove it to go on.',
  retry: { kind: 'on-change' },
};

/** The one place where status and events are written. Nothing is written where nothing changed. */
export async function report(ports: ConnectorPorts, world: World, verdict: Verdict): Promise<PassOutcome> {
  switch (verdict.kind) {
    case 'not-due':
      if (ports.memory.witness(world.connector.metadata.uid) === undefined) {
        rememberInputs(ports, world);
      }
      return again(world, verdict.time);
    case 'uninformed':
      return { kind: 'done' };
    case 'suspended':
      if (world.connector.status?.observedGeneration !== world.connector.metadata.generation) {
        return await write(ports, world, SUSPENDED);
      }
      rememberInputs(ports, world);
      return { kind: 'done' };
    case 'released':
      tell(ports, abandonment(world, verdict.abandoned), [], []);
      return { kind: 'released' };
    case 'ready':
    case 'blocked':
      return await write(ports, world, verdict);
  }
}

async function write(ports: ConnectorPorts, world: World, verdict: Telling): Promise<PassOutcome> {
  const before = world.connector.status ?? {};
  const after = summarise(world, verdict, ports.random.fraction());
  const patch = mergePatch(before, after);
  if (patch !== undefined) {
    await ports.connectors.patchStatus(world.connector, patch);
  }
  tell(ports, world, before.conditions ?? [], after.conditions ?? []);
  rememberInputs(ports, world);
  if (verdict.kind === 'ready') {
    // The instance that was replaced goes once the status with the new one is written.
    return again(world, after.replacing === undefined ? verdict.again : world.now);
  }
  if (verdict.retry.kind === 'on-change') {
    return { kind: 'done' };
  }
  return again(
    world,
    verdict.retry.kind === 'at' ? verdict.retry.time : Date.parse(after.failures?.nextAttemptAt ?? ''),
  );
}

function abandonment(world: World, why: string | undefined): World {
  if (why === undefined) {
    return world;
  }
  const id = world.connector.status?.instance?.id;
  const what = id === undefined ? 'the resource' : `instance ${id}`;
  return withIncident(world, {
    reason: 'Abandoned',
    message: `Let go of ${what} without touching Open Connectors: ${why}.`,
  });
}

/** From here on a waiting retry is only hurried by what changes after this pass. */
function rememberInputs(ports: ConnectorPorts, world: World): void {
  ports.memory.rememberWitness(world.connector.metadata.uid, witnessOf(world));
}

function again(world: World, time: number): PassOutcome {
  return { kind: 'again', afterMs: Math.max(0, time - world.now) };
}

function tell(
  ports: ConnectorPorts,
  world: World,
  before: readonly Condition[],
  after: readonly Condition[],
): void {
  for (const occasion of occasionsOf(world.pass.incidents, before, after)) {
    ports.recordEvent(world.connector, occasion);
  }
}
