import { OPERATOR_NAME } from '../../../scripts/generate/rbac-roles.ts';
import type { ControlPlane } from '../controlplane/control-plane.ts';

/**
 * Finds denied requests of the operator of the namespace `home`, also those whose failure has no effect, such as
 * events. Finds nothing without a namespace, and on control planes without a ledger.
 */
export function watchRefusals(
  plane: ControlPlane,
  home: string | undefined,
): {
  /** Throws if a request was denied. */
  check(): void;
} {
  const user = `system:serviceaccount:${home}:${OPERATOR_NAME}`;
  return {
    check() {
      const refused = (plane.ledger?.filter({ user, denied: true }) ?? []).map(
        ({ verb, path }) => `${verb} ${path}`,
      );
      if (home !== undefined && refused.length > 0) {
        throw new Error(`the operator lacks rights:\n${[...new Set(refused)].slice(0, 5).join('\n')}`);
      }
    },
  };
}
