import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlannedChange } from '../../../../src/api/connector.ts';
import { act } from '../../../../src/connector/act/act.ts';
import { decide } from '../../../../src/connector/decide/decide.ts';
import type { ConnectorInput } from '../../../../src/connector/input.ts';
import { observe } from '../../../../src/connector/observe/observe.ts';
import { isChangeAction } from '../../../../src/connector/plan/effects.ts';
import { plannedChange } from '../../../../src/connector/plan/planned-change.ts';
import { runReconcile } from '../../../../src/reconciler/reconcile-loop.ts';
import { UNOBSERVED } from '../../../../src/reconciler/reconcile-observer.ts';
import { inputChanges } from '../../../support/builders/arbitraries.ts';
import { connector } from '../../../support/builders/connector.ts';
import { READY_ACCOUNT } from '../../../support/builders/input.ts';
import { manage, observedBench, planOf, READS } from '../../../support/builders/observed.ts';
import type { Bench, BenchChange } from '../../../support/builders/ports.ts';
import { reconcileOnce } from '../../../support/builders/reconcile.ts';
import { secretAbsent } from '../../../support/builders/secrets.ts';

/** The changes of one reconcile, as a plan would list them. */
async function changesOf({ ports, stored }: Bench): Promise<readonly PlannedChange[]> {
  const changes: PlannedChange[] = [];
  const signal = new AbortController().signal;
  await runReconcile<ConnectorInput, never, never>(
    {
      observe: () => observe(ports, stored()),
      decide: (input) => decide(input) as never,
      act: async (input, action) => {
        const next = await act(ports, input, action, signal);
        const isDone = next.log.at(-1)?.outcome.kind === 'done';
        if (isChangeAction(action) && isDone) {
          const change = plannedChange(action);
          changes.push({ ...change, target: change.target.replace(/^instance \d{4,}$/, 'the new instance') });
        }
        return next;
      },
      report: async () => ({ kind: 'done' }),
      resourceOf: (input) => input.connector,
      resultOfError: () => undefined,
      maxActions: 40,
    },
    signal,
    UNOBSERVED,
  );
  return changes;
}

describe('for any state', () => {
  const changes = inputChanges.filter(
    ({ connector: subject, account }) =>
      subject?.metadata.deletionTimestamp === undefined &&
      // The session of the bench is of one organization.
      (account?.state !== 'ready' || account.organizationId === READY_ACCOUNT.organizationId),
  );

  test.each([
    ['random inputs', {}],
    // The plan changes one instance and then calls another, which it had called before.
    ['two instances with the tags of the resource', { seed: -1529083335 }],
  ])(
    'an observed resource changes nothing, and its plan is a prefix of what Manage then changes: %s',
    async (_title, run) => {
      const sizes = new Map<number, number>();
      await fc.assert(
        fc.asyncProperty(
          changes,
          async ({ connector: subject = connector(), instances, memory, ...change }) => {
            const it = observedBench({
              connector: subject,
              secrets: readable(change.secrets),
              ...(change.account !== undefined && { account: change.account }),
              ...(change.settings !== undefined && { settings: change.settings }),
              ...(change.claimants !== undefined && { claimants: change.claimants }),
              listed: instances ?? [],
            });
            const { uid } = subject.metadata;
            it.ports.memory.remember(uid, { ...it.ports.memory.recall(uid), ...memory });
            await reconcileOnce(it);
            expect(it.calls.filter(([name]) => !READS.includes(name))).toEqual([]);
            const isNamed = subject.spec.connectionSecretRef !== undefined;
            expect(
              it.writes.filter(([what]) => what !== 'status' && !(isNamed && what.includes('secret'))),
            ).toEqual([]);

            const planned = planOf(it).filter(({ needs }) => needs === undefined);
            manage(it);
            const made = await changesOf(it);
            expect(made.slice(0, planned.length)).toEqual(planned);
            sizes.set(planned.length, (sizes.get(planned.length) ?? 0) + 1);
          },
        ),
        { numRuns: 500, ...run },
      );
      // The property would hold for empty plans alone.
      expect([...sizes.keys()].filter((size) => size >= 2)).not.toEqual([]);
    },
  );
});

/** The bench serves no Secret of which it has the metadata alone. */
function readable(secrets: BenchChange['secrets'] = {}): NonNullable<BenchChange['secrets']> {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, fact]) => [name, fact.state === 'read' ? fact : secretAbsent]),
  );
}
