import type { InstanceSnapshot } from 'open-connectors-simulator/out-of-band.ts';
import { CONNECTOR_NAMES } from '../../../src/api/group.ts';
import { parseConnector } from '../../../src/api/parse.ts';
import type { StoryContext } from '../context.ts';
import { DemoFailure } from '../failure.ts';

/** Name of the connector of the instance that was made by hand. */
export const byHand = 'by-hand';

/** Name of that instance. */
export const instanceName = 'By hand';

/** Status of the connector. */
export async function statusOf({ cluster }: StoryContext) {
  return parseConnector(await cluster.read(CONNECTOR_NAMES.kind, byHand)).status;
}

/** An instance in Open Connectors. Fails if it does not exist. */
export function requireInstance({ stage }: StoryContext, id: number | undefined): InstanceSnapshot {
  const found = stage.simulator.instances().find((instance) => instance.id === id);
  if (found === undefined) {
    throw new DemoFailure(`Open Connectors has no instance ${id ?? ''}.`);
  }
  return found;
}

/** The instance of infusionsoftcrm that was made by hand. */
export function instanceByHand(context: StoryContext): InstanceSnapshot {
  const { simulator } = context.stage;
  return requireInstance(context, simulator.instances().find(({ name }) => name === instanceName)?.id);
}
