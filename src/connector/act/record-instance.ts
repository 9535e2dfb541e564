import { withConnector } from '../observe/observe.ts';
import { statusWithInstance } from '../report/instance-status.ts';
import { type ActionHandler, done } from './action-context.ts';

/** Writes to status which instance the resource has, on the condition that the resource was not changed. */
export const recordInstance: ActionHandler<'record-instance'> = async ({ ports }, input, { instance }) => {
  const { instance: recorded } = statusWithInstance(input, instance);
  return done(
    withConnector(input, await ports.connectors.patchStatus(input.connector, { instance: recorded })),
  );
};
