import { describe, expect, it } from 'vitest';
import type { InfusionsoftConnector } from '../../../src/api/connector.ts';
import { LeaseNotHeldError } from '../../../src/kube/leader/lease-elector.ts';
import type { Finish, Stages } from '../../../src/reconciler/reconcile-loop.ts';
import { runReconcile } from '../../../src/reconciler/reconcile-loop.ts';
import type { ReconcileEnd, ReconcileObserver } from '../../../src/reconciler/reconcile-observer.ts';
import { connector } from '../../support/builders/connector.ts';

/** The actions that were carried out so far. */
type Input = readonly string[];

interface Action {
  readonly type: string;
}

const READY: ReconcileEnd = { kind: 'ready' };
const FAILED: ReconcileEnd = { kind: 'blocked', reason: 'RemoteError' };
const SUBJECT: InfusionsoftConnector = connector();

/** Stages that carry out these actions in order and report what they did. */
function stages(
  actions: readonly string[],
  change: Partial<Stages<Input, Action, ReconcileEnd>> = {},
): { readonly it: Stages<Input, Action, ReconcileEnd>; readonly reports: [Input, ReconcileEnd][] } {
  const reports: [Input, ReconcileEnd][] = [];
  const decide = (input: Input): Action | Finish<ReconcileEnd> => {
    const next = actions[input.length];
    return next === undefined ? { type: 'finish', result: READY } : { type: next };
  };
  return {
    reports,
    it: {
      observe: () => [],
      decide,
      act: async (input, action) => [...input, action.type],
      report: async (input, result) => {
        reports.push([input, result]);
        return { kind: 'done' };
      },
      resourceOf: () => SUBJECT,
      resultOfError: () => FAILED,
      maxActions: 3,
      ...change,
    },
  };
}

/** An observer that records what it is told. */
function recorder(): { readonly observer: ReconcileObserver; readonly seen: unknown[] } {
  const seen: unknown[] = [];
  const observer: ReconcileObserver = {
    action: (action, carryOut) => {
      seen.push(action.type);
      return carryOut();
    },
    concluded: (resource, end) => {
      seen.push([resource, end]);
    },
  };
  return { observer, seen };
}

const live = (): AbortSignal => new AbortController().signal;

describe('a reconcile', () => {
  it('carries out the actions until there is a result, and reports it with the latest input', async () => {
    const { it: subject, reports } = stages(['a', 'b']);
    const { observer, seen } = recorder();
    await expect(runReconcile(subject, live(), observer)).resolves.toEqual({ kind: 'done' });
    expect(reports).toEqual([[['a', 'b'], READY]]);
    expect(seen).toEqual(['a', 'b', [SUBJECT, READY]]);
  });

  it.each([
    ['fails after as many actions as are allowed', ['a', 'b', 'c'], 3],
    ['carries out no further one', ['a', 'b', 'c', 'd'], 3],
  ])('%s', async (_title, actions, carriedOut) => {
    const { it: subject } = stages(actions, { resultOfError: () => undefined });
    const { observer, seen } = recorder();
    await expect(runReconcile(subject, live(), observer)).rejects.toThrow('no result after 3 actions');
    expect(seen).toHaveLength(carriedOut);
  });

  it('carries out no action after its signal has aborted, and reports nothing', async () => {
    const stop = new AbortController();
    const { it: subject, reports } = stages(['a', 'b'], {
      act: async (input, action) => {
        stop.abort(new Error('shutdown'));
        return [...input, action.type];
      },
    });
    const { observer, seen } = recorder();
    await expect(runReconcile(subject, stop.signal, observer)).rejects.toThrow('shutdown');
    expect([seen, reports]).toEqual([['a'], []]);
  });
});

describe('an error that ends a reconcile', () => {
  const failing = (error: Error, change: Partial<Stages<Input, Action, ReconcileEnd>> = {}) =>
    stages(['a', 'b'], {
      act: async (input, action, advance) => {
        const advanced = [...input, action.type];
        if (action.type === 'b') {
          advance(advanced);
          throw error;
        }
        return advanced;
      },
      ...change,
    });

  it('is reported with the input in the middle of the action, and thrown', async () => {
    const error = new Error('a defect');
    const { it: subject, reports } = failing(error);
    await expect(runReconcile(subject, live(), recorder().observer)).rejects.toBe(error);
    expect(reports).toEqual([[['a', 'b'], FAILED]]);
  });

  it.each([
    ['that status does not show', new Error('x'), { resultOfError: () => undefined }],
    ['of a lost Lease', new LeaseNotHeldError('lost'), {}],
  ])('is only thrown: one %s', async (_title, error, change) => {
    const { it: subject, reports } = failing(error, change);
    await expect(runReconcile(subject, live(), recorder().observer)).rejects.toBe(error);
    expect(reports).toEqual([]);
  });

  it('is thrown together with the error of its report', async () => {
    const [first, second] = [new Error('a defect'), new Error('no report')];
    const { it: subject } = failing(first, {
      report: async () => {
        throw second;
      },
    });
    const thrown = await runReconcile(subject, live(), recorder().observer).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(AggregateError);
    expect(thrown).toMatchObject({
      message: 'a reconcile failed, and so did its report',
      errors: [first, second],
    });
  });
});
