import { type ConnectorStatus, connectorStatusSchema } from '../../api/connector.ts';
import { boundedStatus } from '../../reconciler/bounded-status.ts';
import { mergePatch } from '../../reconciler/status-patch.ts';
import { withConnector } from '../observe/observe.ts';
import { statusAfterSwitch } from '../report/instance-status.ts';
import { type ActionHandler, done } from './action-context.ts';

/**
 * Writes to status which instance is in use from now on and that the annotation is handled, on the condition that the
 * resource was not changed: a leader with a stale cache fails here, before it moves the connection Secret once more.
 */
export const recordSwitch: ActionHandler<'record-switch'> = async ({ ports }, input, action) => {
  const { connector } = input;
  const after = boundedStatus<ConnectorStatus>(connectorStatusSchema, statusAfterSwitch(input, action));
  const patch = mergePatch(connector.status ?? {}, after) ?? {};
  return done(withConnector(input, await ports.connectors.patchStatus(connector, patch)));
};
