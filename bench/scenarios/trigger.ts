import { until } from '../measure/until.ts';
import type { Stage } from '../stage/stage.ts';
import { createFilledTenant, type ScenarioContext, startOperatorFor } from './context.ts';
import { callsOf, reactionTo, timed } from './reaction.ts';
import type { Timing } from './result.ts';
import { allReady, orEnded } from './waits.ts';

const SAMPLES = 100;

/** Short, because the reconciles of all connectors follow at once. */
const POLL_MS = 2;
const LIMIT_MS = 60_000;

/** From an edit of one connector to its first call, while changed credentials of the account reconcile all of them. */
export async function measureTrigger(context: ScenarioContext): Promise<readonly Timing[]> {
  const { stage, connectors, options, progress } = context;
  const tenant = await createFilledTenant(stage, connectors);
  // Both users see the same instances.
  const { userSecret, organizationId } = stage.simulator.credentials;
  const users = [stage.simulator.addUser({ organizationId }).userSecret, userSecret];
  const subject = startOperatorFor(context, tenant.namespace);
  try {
    await allReady(stage, tenant, connectors)(subject);
    progress('trigger: the operator');
    const samplesMs: number[] = [];
    for (let sample = 0; sample < (options.samples ?? SAMPLES); sample += 1) {
      // Not the first one, which the trigger may reach first.
      const index = (connectors - 1 + sample) % connectors;
      const matches = await callsOf(tenant, index);
      const edit = timed(() => tenant.editConnector(index, { instance: { tags: [`trigger-${sample}`] } }));
      const act = async (): Promise<number> => {
        const before = Date.now();
        await tenant.changeUserSecret(users[sample % users.length] ?? userSecret);
        await orEnded(subject, accountVerified(stage, before));
        return await edit();
      };
      samplesMs.push(await reactionTo(context, subject, act, matches));
    }
    return [{ scenario: 'trigger', connectors, event: 'edit', program: 'operator', samplesMs }];
  } finally {
    await subject.stop();
  }
}

/** Until the new credentials of the account are verified, which wakes its connectors. */
function accountVerified({ simulator }: Stage, from: number): Promise<void> {
  const isVerified = async (): Promise<boolean> =>
    simulator.ledger.count(
      ({ at, path, status }) => at >= from && path === '/organizations/me' && status === 200,
    ) > 0;
  return until(isVerified, LIMIT_MS, 'The verification of the account', POLL_MS);
}
