import { ACCOUNT_NAMES, CONNECTOR_NAMES, GROUP } from '../api/group.ts';
import type { QueueKey } from '../kube/queue/queue-key.ts';

/** The names of the controllers in logs, metrics and traces: the kind in lower case, as in controller-runtime. */
export const controllerNames = [CONNECTOR_NAMES.singular, ACCOUNT_NAMES.singular] as const;

export type ControllerName = (typeof controllerNames)[number];

/** The controller of a kind. */
export const controllerOfKind = {
  [CONNECTOR_NAMES.kind]: CONNECTOR_NAMES.singular,
  [ACCOUNT_NAMES.kind]: ACCOUNT_NAMES.singular,
} as const;

/** The controller of a key of the work queue; `undefined` for another resource. */
export function controllerOfKey({ resource }: QueueKey): ControllerName | undefined {
  if (resource.group !== GROUP) {
    return undefined;
  }
  const names = [CONNECTOR_NAMES, ACCOUNT_NAMES].find(({ plural }) => plural === resource.plural);
  return names?.singular;
}
