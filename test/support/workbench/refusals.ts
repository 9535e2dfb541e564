import { OPERATOR_NAME } from '../../../scripts/generate/rbac-roles.ts';
import type { ControlPlane } from '../controlplane/control-plane.ts';

/**
 * Finds what the operator of the namespace `home` is not allowed to do, also where nothing fails because of it, as with
 * events. Sees nothing without a namespace, and on control planes that keep no ledger.
 */
export function watchRefusals(
  plane: ControlPlane,
  home: string | undefined,
): {
  /** Throws when there was such a thing. */
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
