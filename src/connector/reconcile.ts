import type { InfusionsoftConnector } from '../api/connector.ts';
import { isObserved } from '../api/defaults.ts';
import { KubeError } from '../kube/client/errors.ts';
import type { ReconcileOutcome } from '../reconciler/outcome.ts';
import { runReconcile } from '../reconciler/reconcile-loop.ts';
import { type ReconcileObserver, UNOBSERVED } from '../reconciler/reconcile-observer.ts';
import { act } from './act/act.ts';
import type { Act, Result } from './action.ts';
import { decide } from './decide/decide.ts';
import type { ConnectorInput } from './input.ts';
import { observe } from './observe/observe.ts';
import { decideObserved } from './plan/decide-observed.ts';
import type { ConnectorPorts } from './ports.ts';
import { report } from './report/report.ts';

/** More actions than any way through `decide` has. */
const MAX_ACTIONS = 40;

/** Called with each action before it is carried out; for tests. */
export type ActionObserver = (connector: InfusionsoftConnector, action: Act) => void;

/** What a resource shows after a defect of the operator, until a reconcile comes to its end. */
const INTERNAL_ERROR: Result = {
  kind: 'blocked',
  condition: 'Ready',
  reason: 'InternalError',
  message: 'Internal error of the operator. Check its log and report the error.',
  retry: { kind: 'backoff' },
};

/** One reconcile of one connector. Throws as `runReconcile` does. */
export function reconcile(
  ports: ConnectorPorts,
  connector: InfusionsoftConnector,
  signal: AbortSignal,
  onAction: ActionObserver = () => undefined,
  observer: ReconcileObserver = UNOBSERVED,
): Promise<ReconcileOutcome> {
  return runReconcile<ConnectorInput, Act, Result>(
    {
      observe: () => observe(ports, connector),
      decide: (input) =>
        isObserved(input.connector.spec) ? decideObserved(input, ports.fingerprinter.of) : decide(input),
      act: (input, action, advance) => {
        onAction(input.connector, action);
        return act(ports, input, action, signal, advance);
      },
      report: (input, result) => report(ports, input, result),
      resourceOf: (input) => input.connector,
      resultOfError,
      maxActions: MAX_ACTIONS,
    },
    signal,
    observer,
  );
}

/** Most calls that fail say nothing about the resource; the queue repeats them. */
function resultOfError(error: unknown): Result | undefined {
  if (error instanceof KubeError) {
    const isSecret = error.resource?.group === '' && error.resource.plural === 'secrets';
    return error.kind === 'forbidden' && isSecret ? unreadable(error) : undefined;
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
