import { requestOf } from '../../api/annotations.ts';
import { type ConnectorStatus, connectorStatusSchema } from '../../api/connector.ts';
import { boundedStatus } from '../../reconciler/bounded-status.ts';
import { timestamp } from '../../reconciler/conditions.ts';
import { mergePatch } from '../../reconciler/status-patch.ts';
import type { SwitchedFrom } from '../action.ts';
import { withConnector } from '../observe/observe.ts';
import { importIdOf, instanceStatusOf } from '../report/instance-status.ts';
import { type ActionHandler, done } from './action-context.ts';

/**
 * Writes to status which instance is in use from now on and that the annotation is handled, on the condition that the
 * resource was not changed: a leader with a stale cache fails here, before it moves the connection Secret once more.
 */
export const recordSwitch: ActionHandler<'record-switch'> = async ({ ports }, input, { to, from }) => {
  const { connector } = input;
  const before: ConnectorStatus = connector.status ?? {};
  const after = boundedStatus<ConnectorStatus>(connectorStatusSchema, {
    ...before,
    instance: instanceStatusOf(input, to, to.disabled === undefined ? undefined : !to.disabled),
    ...outcomeFor(from),
    importId: importIdOf(input),
    lastHandledSwitchAt:
      requestOf(connector, 'switch', before.lastHandledSwitchAt) ?? before.lastHandledSwitchAt,
  });
  const patch = mergePatch(before, after) ?? {};
  return done(withConnector(input, await ports.connectors.patchStatus(connector, patch)));
};

function outcomeFor({ id, connector, as }: SwitchedFrom): Pick<ConnectorStatus, 'next' | 'replacing'> {
  return as.kind === 'retained'
    ? { next: undefined, replacing: { id, connector, until: timestamp(as.until) } }
    : { next: { id, connector, switchedBack: true }, replacing: undefined };
}
