import { createFilledTenant, type ScenarioContext, startOperatorFor } from './context.ts';
import { callsOf, reactionTo, timed } from './reaction.ts';
import type { Timing } from './result.ts';
import { allReady } from './waits.ts';

const SAMPLES = 100;
/** The initial timeout of an account. */
const TIMEOUT_SECONDS = 30;

/** From an edit of one connector to its first call, while a change of the account reconciles all of them. */
export async function measureTrigger(context: ScenarioContext): Promise<readonly Timing[]> {
  const { stage, connectors, options, progress } = context;
  const tenant = await createFilledTenant(stage, connectors);
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
        await tenant.editAccount({ timeoutSeconds: TIMEOUT_SECONDS + 1 + (sample % 2) });
        return await edit();
      };
      samplesMs.push(await reactionTo(context, subject, act, matches));
    }
    return [{ scenario: 'trigger', connectors, event: 'edit', program: 'operator', samplesMs }];
  } finally {
    await subject.stop();
  }
}
