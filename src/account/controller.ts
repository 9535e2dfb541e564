import { ACCOUNT_FINALIZER, ACCOUNT_NAMES, ACCOUNT_RESOURCE } from '../api/group.ts';
import { parseAccount } from '../api/parse.ts';
import { INDEX, secretsOfAccount } from '../ownership/references.ts';
import type { Controller, Manager, ReferencedResource } from '../reconciler/controller.ts';
import { eventsOf } from '../reconciler/events.ts';
import { mergePatch } from '../reconciler/status-patch.ts';
import type { AccountAct } from './action.ts';
import type { ReleaseFallback } from './credentials/fallback-release.ts';
import type { AccountPorts } from './ports.ts';
import { forgetAccount, reconcileAccount } from './reconcile.ts';
import type { AccountReport } from './report/summarize.ts';

/** `action` of the Events of accounts. */
const EVENT_ACTION = 'Verify';

/** Whether an action waits for the account's budget and for Open Connectors. */
const IS_EXTERNAL: Readonly<Record<AccountAct['type'], boolean>> = {
  'read-secret': false,
  'list-users': false,
  verify: true,
  list: true,
};

/** What the controller of OpenConnectorsAccount works with. */
export interface AccountControllerOptions {
  readonly secrets: ReferencedResource;
  /** Complete before the first reconcile. */
  readonly ports: () => AccountPorts;
  readonly releaseFallback: ReleaseFallback;
}

/** The controller of OpenConnectorsAccount. */
export function createAccountController(options: AccountControllerOptions): Controller {
  return {
    kind: ACCOUNT_NAMES.kind,
    resource: ACCOUNT_RESOURCE,
    indexes: { [INDEX.secret]: secretsOfAccount },
    references: [{ to: options.secrets, index: INDEX.secret }],
    finalizer: { name: ACCOUNT_FINALIZER, addedBy: 'operator' },
    externalActions: new Set(Object.entries(IS_EXTERNAL).flatMap(([name, is]) => (is ? [name] : []))),
    reconcile: (object, signal, observer) =>
      reconcileAccount(options.ports(), parseAccount(object), signal, observer),
    async forget(object, signal) {
      const account = parseAccount(object);
      forgetAccount(options.ports(), account);
      await options.releaseFallback(account.metadata.uid, account.metadata.namespace, signal);
    },
  };
}

/** Writes status and Events of an account through the operator. */
export function accountPublisher(manager: Manager): {
  readonly report: AccountReport;
  readonly recordEvent: AccountPorts['recordEvent'];
} {
  return {
    async report(account, after) {
      const before = account.status ?? {};
      const patch = mergePatch(before, after);
      if (patch !== undefined) {
        await manager.patch(ACCOUNT_RESOURCE, account, { status: patch }, 'status');
      }
      for (const event of eventsOf([], before.conditions ?? [], after.conditions ?? [])) {
        manager.recordEvent(account, EVENT_ACTION, event);
      }
    },
    recordEvent: (account, event) => manager.recordEvent(account, EVENT_ACTION, event),
  };
}
