import { pauseReasonOf } from '../../api/annotations.ts';
import type { Condition } from '../../api/condition.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { eventsOf } from '../../reconciler/events.ts';
import { againAt, type ReconcileOutcome } from '../../reconciler/outcome.ts';
import { quote } from '../../reconciler/quote.ts';
import { mergePatch } from '../../reconciler/status-patch.ts';
import type { Result } from '../action.ts';
import { type DueEvent, loggedEvents } from '../action-log.ts';
import { retainedUntil } from '../decide/replacement.ts';
import type { ConnectorInput } from '../input.ts';
import { inputHashOf } from '../observe/observe.ts';
import type { ConnectorPorts } from '../ports.ts';
import { type StatusUpdate, summarize } from './summarize.ts';

/** What the status of a suspended connector says. */
function suspension({ connector }: ConnectorInput): StatusUpdate {
  return {
    kind: 'blocked',
    condition: 'Ready',
    reason: 'Suspended',
    message: suspensionMessage(connector),
    retry: { kind: 'on-change' },
  };
}

function suspensionMessage(connector: InfusionsoftConnector): string {
  if (connector.spec.suspend === true) {
    const { suspendManager } = connector.metadata;
    const manager = suspendManager === undefined ? '' : ` (set by "${suspendManager}")`;
    return `Suspended by spec.suspend${manager}. Set it to false to resume.`;
  }
  const reason = pauseReasonOf(connector);
  return `Suspended by the annotation openconnectors.dev/paused${reason === undefined ? '' : ` (${reason})`}. Remove it to resume.`;
}

/** The one place where status and events are written. Nothing is written where nothing changed. */
export async function report(
  ports: ConnectorPorts,
  input: ConnectorInput,
  result: Result,
): Promise<ReconcileOutcome> {
  switch (result.kind) {
    case 'not-due':
      if (ports.memory.inputHash(input.connector.metadata.uid) === undefined) {
        rememberInputs(ports, input);
      }
      return againAt(result.time, input.now);
    case 'cache-not-synced':
      return { kind: 'done' };
    case 'suspended':
      return await write(ports, input, suspension(input));
    case 'released':
      recordEvents(
        ports,
        input,
        [...loggedEvents(input.log), ...abandonment(input, result.abandoned), ...leaving(result.left)],
        [],
        [],
      );
      return { kind: 'released' };
    case 'ready':
    case 'blocked':
    case 'observed':
      return await write(ports, input, result);
  }
}

async function write(
  ports: ConnectorPorts,
  input: ConnectorInput,
  result: StatusUpdate,
): Promise<ReconcileOutcome> {
  const before = input.connector.status ?? {};
  const after = summarize(input, result, ports.random.fraction());
  const patch = mergePatch(before, after);
  if (patch !== undefined) {
    await ports.connectors.patchStatus(input.connector, patch);
  }
  recordEvents(ports, input, loggedEvents(input.log), before.conditions ?? [], after.conditions ?? []);
  rememberInputs(ports, input);
  if (result.kind === 'observed') {
    return againAt(result.again, input.now);
  }
  if (result.kind === 'ready') {
    const { replacing } = after;
    return againAt(
      Math.min(result.again, replacing === undefined ? Infinity : retainedUntil(replacing)),
      input.now,
    );
  }
  if (result.retry.kind === 'on-change') {
    return { kind: 'done' };
  }
  return againAt(
    result.retry.kind === 'at' ? result.retry.time : Date.parse(after.failures?.nextAttemptAt ?? ''),
    input.now,
  );
}

function abandonment(input: ConnectorInput, why: string | undefined): DueEvent[] {
  if (why === undefined) {
    return [];
  }
  const id = input.connector.status?.instance?.id;
  const what = id === undefined ? 'the resource without a recorded instance' : `instance ${id}`;
  const message = `Abandoned ${what}: ${quote(why)}. Delete its instance in Open Connectors if it still exists.`;
  return [{ reason: 'Abandoned', message }];
}

function leaving(id: number | undefined): DueEvent[] {
  return id === undefined
    ? []
    : [{ reason: 'Orphaned', message: `Left instance ${id} in Open Connectors with its k8s- tags.` }];
}

/** A later reconcile compares its input with this hash: only a change runs a waiting retry early. */
function rememberInputs(ports: ConnectorPorts, input: ConnectorInput): void {
  ports.memory.rememberInputHash(input.connector.metadata.uid, inputHashOf(input));
}

function recordEvents(
  ports: ConnectorPorts,
  input: ConnectorInput,
  events: readonly DueEvent[],
  before: readonly Condition[],
  after: readonly Condition[],
): void {
  for (const event of eventsOf(events, before, after)) {
    ports.recordEvent(input.connector, event);
  }
}
