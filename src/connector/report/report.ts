import type { Condition } from '../../api/condition.ts';
import { eventsOf } from '../../reconciler/events.ts';
import type { ReconcileOutcome } from '../../reconciler/outcome.ts';
import { mergePatch } from '../../reconciler/status-patch.ts';
import { withEvent } from '../act/action-context.ts';
import type { Result } from '../action.ts';
import type { ConnectorInput } from '../input.ts';
import { inputHashOf } from '../observe/observe.ts';
import type { ConnectorPorts } from '../ports.ts';
import { summarize, type StatusUpdate } from './summarize.ts';

/** Said of an edit that nothing has come of; an instance that was Ready when the annotation came stays so. */
const SUSPENDED: StatusUpdate = {
  kind: 'blocked',
  condition: 'Ready',
  reason: 'Suspended',
  message:
    'All work but deletion is stopped by spec.suspend or the annotation openconnectors.dev/paused. Remove it to go on.',
  retry: { kind: 'on-change' },
};

/** The one place where status and events are written. Nothing is written where nothing changed. */
export async function report(ports: ConnectorPorts, world: ConnectorInput, verdict: Result): Promise<ReconcileOutcome> {
  switch (verdict.kind) {
    case 'not-due':
      if (ports.memory.inputHash(world.connector.metadata.uid) === undefined) {
        rememberInputs(ports, world);
      }
      return again(world, verdict.time);
    case 'cache-not-synced':
      return { kind: 'done' };
    case 'suspended':
      if (world.connector.status?.observedGeneration !== world.connector.metadata.generation) {
        return await write(ports, world, SUSPENDED);
      }
      rememberInputs(ports, world);
      return { kind: 'done' };
    case 'released':
      recordEvents(ports, abandonment(world, verdict.abandoned), [], []);
      return { kind: 'released' };
    case 'ready':
    case 'blocked':
      return await write(ports, world, verdict);
  }
}

async function write(ports: ConnectorPorts, world: ConnectorInput, verdict: StatusUpdate): Promise<ReconcileOutcome> {
  const before = world.connector.status ?? {};
  const after = summarize(world, verdict, ports.random.fraction());
  const patch = mergePatch(before, after);
  if (patch !== undefined) {
    await ports.connectors.patchStatus(world.connector, patch);
  }
  recordEvents(ports, world, before.conditions ?? [], after.conditions ?? []);
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

function abandonment(world: ConnectorInput, why: string | undefined): ConnectorInput {
  if (why === undefined) {
    return world;
  }
  const id = world.connector.status?.instance?.id;
  const what = id === undefined ? 'the resource' : `instance ${id}`;
  return withEvent(world, {
    reason: 'Abandoned',
    message: `Let go of ${what} without touching Open Connectors: ${why}.`,
  });
}

/** From here on a waiting retry is only hurried by what changes after this pass. */
function rememberInputs(ports: ConnectorPorts, world: ConnectorInput): void {
  ports.memory.rememberInputHash(world.connector.metadata.uid, inputHashOf(world));
}

function again(world: ConnectorInput, time: number): ReconcileOutcome {
  return { kind: 'again', afterMs: Math.max(0, time - world.now) };
}

function recordEvents(
  ports: ConnectorPorts,
  world: ConnectorInput,
  before: readonly Condition[],
  after: readonly Condition[],
): void {
  for (const occasion of eventsOf(world.done.events, before, after)) {
    ports.recordEvent(world.connector, occasion);
  }
}
