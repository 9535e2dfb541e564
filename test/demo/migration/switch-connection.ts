import type { StoryContext } from '../context.ts';
import { byHand, instanceByHand, requireInstance, statusOf } from './by-hand.ts';

/** The connection Secret moves to the new instance, and no call fails. */
export async function switchConnection(context: StoryContext): Promise<void> {
  const { screen, plugin, applications } = context;
  screen.step('Switch the applications to the new instance');
  await plugin.run(['migrate', byHand, '--switch', '--yes']);
  const old = instanceByHand(context);
  const status = await statusOf(context);
  const current = requireInstance(context, status?.instance?.id);
  await applications.untilItCallsWith('newsletter', current.token);
  await applications.untilItCallsWith('billing', old.token);
  await applications.stop();
  applications.requireNoFailure();
  screen.say(
    `newsletter calls instance ${current.id} (${current.connector}) from now on. billing still has the token of`,
    `instance ${old.id}, which the operator keeps until ${status?.replacing?.until ?? ''}.`,
  );
  screen.note('billing', applications.resultOf('billing'));
  screen.note('newsletter', applications.resultOf('newsletter'));
}
