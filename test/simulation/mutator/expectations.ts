import { STRICT_SERVER } from './bases.ts';
import type { Mutation } from './mutations.ts';

/** Fields that nothing may change once they are set. */
export const IMMUTABLE: ReadonlySet<string> = new Set(['spec.instance.importId']);

/** Valid values with which a connector is not Ready, and the reason that it then has. */
const NOT_READY: Readonly<Record<string, string>> = { 'spec.suspend=true': 'Suspended' };

/** Values whose problem shows in calls only, and the reason that the connector then has. */
const SEEN_IN_CALLS: Readonly<Record<string, string>> = {
  [`spec.server=${STRICT_SERVER}`]: 'AuthorizationRevoked',
};

/** References that a connector with a grant does not read. */
const UNREAD = /^spec\.oauth\.(authorizationCodeSecretRef|refreshTokenSecretRef)\./;

/** The reason of Ready with the value of a mutation; `undefined`: Ready. */
export function expectedReason({ field, value }: Mutation): string | undefined {
  return NOT_READY[`${field.path}=${String(value)}`];
}

/** Whether the conditions of a connector that is not Ready name the field, its value or its consequence. */
export function isNamed({ field, value }: Mutation, conditions: string): boolean {
  const consequence = SEEN_IN_CALLS[`${field.path}=${String(value)}`];
  const names = [field.path, field.path.replace(/\.[^.]+$/, ''), String(value)];
  return [...names, ...(consequence === undefined ? [] : [`/${consequence} `])].some((name) =>
    conditions.includes(name),
  );
}

/** Whether a connector that is Ready may ignore the value. */
export function isUnread({ field }: Mutation): boolean {
  return UNREAD.test(field.path);
}

/** Differences between a connector that was changed and one that was created like that, each with its cause. */
const LASTING: readonly { readonly field: RegExp; readonly difference: RegExp; readonly because: string }[] =
  [
    {
      field: /^spec\.instance(\.configuration)?$/,
      difference: /configuration\.(filter\.response\.nulls|pagination\.max):/,
      because: 'Open Connectors deletes no configuration key: a removed one keeps its value.',
    },
    {
      field: /^spec\.events(\.signatureKeySecretRef)?$/,
      difference:
        /configuration\.event\.(notification\.(callback\.url|signature\.key)|poller\..*|vendor\.type):/,
      because: 'Events are disabled, and Open Connectors deletes no configuration key.',
    },
  ];

/** Whether the way to a state may leave this difference. */
export function isLasting({ field }: Mutation, difference: string): boolean {
  return LASTING.some((one) => one.field.test(field.path) && one.difference.test(difference));
}
