import type { OpenConnectorsAccount } from '../api/account.ts';
import type { InfusionsoftConnector } from '../api/connector.ts';
import { LeaseNotHeldError } from '../kube/leader/lease-elector.ts';
import type { ReconcileOutcome } from './outcome.ts';
import type { ReconcileEnd, ReconcileObserver } from './reconcile-observer.ts';

/** The end of a reconcile, as `decide` returns it. */
export interface Finish<Result> {
  readonly type: 'finish';
  readonly result: Result;
}

/** The stages of one controller. */
export interface Stages<Input, Act extends { readonly type: string }, Result extends ReconcileEnd> {
  /** Gathers the input from caches alone. */
  readonly observe: () => Input;
  /** The next action. Pure. */
  readonly decide: (input: Input) => Act | Finish<Result>;
  /** Carries out one action; `advance` takes the input in the middle of it, so that an error does not lose it. */
  readonly act: (input: Input, action: Act, advance: (input: Input) => void) => Promise<Input>;
  /** Writes status and events. */
  readonly report: (input: Input, result: Result) => Promise<ReconcileOutcome>;
  readonly resourceOf: (input: Input) => InfusionsoftConnector | OpenConnectorsAccount;
  /** What status shows of an error that ended the reconcile; `undefined`: nothing. */
  readonly resultOfError: (error: unknown) => Result | undefined;
  /** More actions than any way through `decide` has: a reconcile that takes more goes in a circle. */
  readonly maxActions: number;
}

/**
 * One reconcile: observe, then decide and act until there is a result, then report. Throws `KubeError` (a conflict among
 * them), the signal's reason, or a defect; the queue calls again with backoff.
 */
export async function runReconcile<Input, Act extends { readonly type: string }, Result extends ReconcileEnd>(
  stages: Stages<Input, Act, Result>,
  signal: AbortSignal,
  observer: ReconcileObserver,
): Promise<ReconcileOutcome> {
  // What status shows of an error has to build on the latest input.
  const latest = { input: stages.observe() };
  try {
    const result = await findResult(stages, latest, signal, observer);
    return await stages.report(latest.input, result);
  } catch (error) {
    // A shutdown and a lost Lease say nothing about the resource.
    const isStopped = signal.aborted || error instanceof LeaseNotHeldError;
    const result = isStopped ? undefined : stages.resultOfError(error);
    if (result !== undefined) {
      await stages.report(latest.input, result).catch((second: unknown) => {
        throw new AggregateError([error, second], 'a reconcile failed, and so did its report');
      });
    }
    throw error;
  }
}

async function findResult<Input, Act extends { readonly type: string }, Result extends ReconcileEnd>(
  { decide, act, resourceOf, maxActions }: Stages<Input, Act, Result>,
  latest: { input: Input },
  signal: AbortSignal,
  observer: ReconcileObserver,
): Promise<Result> {
  for (let actions = 0; actions < maxActions; actions += 1) {
    signal.throwIfAborted();
    const { input } = latest;
    const action = decide(input);
    if (isFinish(action)) {
      observer.concluded(resourceOf(input), action.result);
      return action.result;
    }
    latest.input = await observer.action(action, () =>
      act(input, action, (advanced) => {
        latest.input = advanced;
      }),
    );
  }
  throw new Error(`no result after ${maxActions} actions`);
}

function isFinish<Act extends { readonly type: string }, Result>(
  action: Act | Finish<Result>,
): action is Finish<Result> {
  return action.type === 'finish';
}
