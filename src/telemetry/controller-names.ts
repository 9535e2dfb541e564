import { ACCOUNT_NAMES, API_VERSION, CONNECTOR_NAMES } from '../api/group.ts';
import { parseQueueKey } from '../kube/queue/queue-key.ts';

/** The names of the controllers in logs, metrics and traces: the kind in lower case, as in controller-runtime. */
export const controllerNames = [CONNECTOR_NAMES.singular, ACCOUNT_NAMES.singular] as const;

export type ControllerName = (typeof controllerNames)[number];

/** The controller of a kind. */
export const controllerOfKind = {
  [CONNECTOR_NAMES.kind]: CONNECTOR_NAMES.singular,
  [ACCOUNT_NAMES.kind]: ACCOUNT_NAMES.singular,
} as const;

/** The controller of a key of the work queue; `undefined` for an unknown resource. */
export function controllerOfKey(key: string): ControllerName | undefined {
  const { id } = parseQueueKey(key);
  switch (id) {
    case `${CONNECTOR_NAMES.plural}.${API_VERSION}`:
      return CONNECTOR_NAMES.singular;
    case `${ACCOUNT_NAMES.plural}.${API_VERSION}`:
      return ACCOUNT_NAMES.singular;
    default:
      return undefined;
  }
}
