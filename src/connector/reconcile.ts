import type { InfusionsoftConnector } from '../api/connector.ts';
import { KubeError } from '../kube/client/errors.ts';
import { LeaseNotHeldError } from '../kube/leader/lease-elector.ts';
import type { ReconcileOutcome } from '../reconciler/outcome.ts';
import { type ReconcileObserver, UNOBSERVED } from '../reconciler/reconcile-observer.ts';
import { act } from './act/act.ts';
import type { Act, Result } from './action.ts';
import { decide } from './decide/decide.ts';
import type { ConnectorInput } from './input.ts';
import { observe } from './observe/observe.ts';
import type { ConnectorPorts } from './ports.ts';
import { report } from './report/report.ts';

/** More steps than any way through `decide` has: a pass that takes longer goes in a circle. */
const MAX_ACTIONS = 40;

/** Sees each step before it is carried out; for tests. */
export type ActionObserver = (connector: InfusionsoftConnector, action: Act) => void;

/** What a resource shows after a defect of ours, until a pass comes to its end. */
const INTERNAL_ERROR: Result = {
  kind: 'blocked',
  condition: 'Ready',
  reason: 'InternalError',
  message: 'Internal error of the operator. Check its log and report the error.',
  retry: { kind: 'backoff' },
};

/**
 * One pass over one resource: observe, then decide and act until there is a verdict, then report. Throws `KubeError`
 * (a conflict among them), the signal's reason, or a defect, which status shows then; the queue calls again with backoff.
 */
export async function reconcile(
  ports: ConnectorPorts,
  connector: InfusionsoftConnector,
  signal: AbortSignal,
  onAction: ActionObserver = () => undefined,
  observer: ReconcileObserver = UNOBSERVED,
): Promise<ReconcileOutcome> {
  const path = { input: observe(ports, connector) };
  try {
    return await walk(ports, path, signal, onAction, observer);
  } catch (error) {
    const result = resultOfError(error, signal);
    if (result !== undefined) {
      await report(ports, path.input, result).catch((second: unknown) => {
        throw new AggregateError([error, second], 'a pass failed, and so did its report');
      });
    }
    throw error;
  }
}

async function walk(
  ports: ConnectorPorts,
  /** How far the pass has come: what status says after a defect has to build on it. */
  path: { input: ConnectorInput },
  signal: AbortSignal,
  onAction: ActionObserver,
  observer: ReconcileObserver,
): Promise<ReconcileOutcome> {
  for (let actions = 0; actions < MAX_ACTIONS; actions += 1) {
    signal.throwIfAborted();
    const { input: world } = path;
    const action = decide(world);
    if (action.type === 'finish') {
      observer.concluded(world.connector, action.result);
      return report(ports, world, action.result);
    }
    onAction(world.connector, action);
    path.input = await observer.action(action, () =>
      act(ports, world, action, signal, (advanced) => {
        path.input = advanced;
      }),
    );
  }
  throw new Error(`no result after ${MAX_ACTIONS} actions`);
}

/** What status says about an error that ended a pass. Most calls that fail, a lost Lease and a shutdown say nothing there. */
function resultOfError(error: unknown, signal: AbortSignal): Result | undefined {
  if (signal.aborted || error instanceof LeaseNotHeldError) {
    return undefined;
  }
  if (error instanceof KubeError) {
    return error.kind === 'forbidden' && error.message.includes('/secrets') ? unreadable(error) : undefined;
  }
  return INTERNAL_ERROR;
}

function unreadable(error: KubeError): Result {
  return {
    kind: 'blocked',
    condition: 'SecretsResolved',
    reason: 'SecretUnreadable',
    message: `The operator has no permission for a Secret (${error.message}). Bind its role in this namespace.`,
    retry: { kind: 'backoff' },
  };
}
