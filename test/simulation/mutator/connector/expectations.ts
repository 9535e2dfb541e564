import { namesField } from '../named.ts';
import type { Expectations } from '../kind.ts';
import { STRICT_SERVER } from './bases.ts';

/** Valid values with which a connector is not Ready, and the reason that it then has. */
const NOT_READY: Readonly<Record<string, string>> = { 'spec.suspend=true': 'Suspended' };

/** Values whose problem shows in calls only, and the reason that the connector then has. */
const SEEN_IN_CALLS: Readonly<Record<string, string>> = {
  [`spec.server=${STRICT_SERVER}`]: 'AuthorizationRevoked',
};

/** References that a connector with a grant does not read. */
const UNREAD = /^spec\.oauth\.(authorizationCodeSecretRef|refreshTokenSecretRef)\./;

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

/** What is expected of the changes of a connector. */
export const CONNECTOR_EXPECTATIONS: Expectations = {
  immutable: new Set(['spec.instance.importId']),
  reason: ({ field, value }) => NOT_READY[`${field.path}=${String(value)}`],
  isNamed(mutation, conditions) {
    const consequence = SEEN_IN_CALLS[`${mutation.field.path}=${String(mutation.value)}`];
    return namesField(mutation, consequence, conditions);
  },
  isUnread: ({ field }) => UNREAD.test(field.path),
  isRefusedAsChange: () => false,
  isLasting: ({ field }, difference) =>
    LASTING.some((one) => one.field.test(field.path) && one.difference.test(difference)),
  // A policy shows only when it is needed.
  isVisible: () => false,
};
