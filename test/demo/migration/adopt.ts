import { isDeepStrictEqual } from 'node:util';
import { CONNECTOR_NAMES } from '../../../src/api/group.ts';
import { cliExitCodes } from '../../../src/cli/exit-codes.ts';
import type { StoryContext } from '../context.ts';
import { DemoFailure } from '../failure.ts';
import { byHand, instanceByHand, requireInstance, statusOf } from './by-hand.ts';

/** The plan is shown, then the operator manages the instance. */
export async function adopt(context: StoryContext): Promise<void> {
  const { stage, cluster, observer, screen, hands, plugin, applications } = context;
  screen.step('Review the plan and adopt the instance');
  await plugin.run(['plan', byHand, ...plugin.simulatorFlags], cliExitCodes.changesPlanned.code);
  screen.command(`kubectl get ifc ${byHand} -n ${cluster.namespace} -o jsonpath='{.status.plan}'`);
  screen.verbatim(JSON.stringify((await statusOf(context))?.plan));
  const before = instanceByHand(context);
  const writes = () =>
    stage.simulator.ledger.count(({ method, path }) => method !== 'GET' && path.includes(`/${before.id}`));
  if (writes() > 0) {
    throw new DemoFailure(`Instance ${before.id} was changed while it was only observed.`);
  }
  screen.say(`Open Connectors received reads of instance ${before.id} and no write. Adopt it:`);
  await hands.patch(CONNECTOR_NAMES.kind, 'ifc', byHand, { spec: { managementPolicy: 'Manage' } });
  // Ready was True before, too.
  await observer.until(CONNECTOR_NAMES.kind, byHand, { type: 'Synced', status: 'True' });
  const after = requireInstance(context, before.id);
  if (!isDeepStrictEqual({ ...after, tags: [] }, { ...before, tags: [] }) || writes() !== 1) {
    throw new DemoFailure(`The adoption changed more of instance ${before.id} than its tags.`);
  }
  applications.startWithSecret(`${byHand}-connection`);
  await applications.untilItCallsWith('newsletter', before.token);
  screen.say(
    `The operator made one write: the tags of instance ${before.id}. The token stays.`,
    `The application newsletter reads it from Secret ${byHand}-connection before each call.`,
  );
}
