import type { Expectations } from '../kind.ts';
import { namesField } from '../named.ts';
import { STRICT_SERVER } from './bases.ts';

/** Valid values with which a connector is not Ready, and the reason that it then has. */
const NOT_READY: Readonly<Record<string, string>> = { 'spec.suspend=true': 'Suspended' };

/** Reasons that show the problem of a value without its name, in a connector that was changed or created so. */
const CONSEQUENCES: Readonly<Record<string, readonly string[]>> = {
  // Calls alone show it; of a new instance none has ever worked.
  [`spec.server=${STRICT_SERVER}`]: ['AuthorizationRevoked', 'AuthorizationFailed'],
  // A person's consent is stored there.
  'spec.oauth.authorizationCodeSecretRef.name=no-such': ['AuthorizationRequired'],
  'spec.oauth.authorizationCodeSecretRef.key=no-such': ['AuthorizationRequired'],
};

/** An account of another organization is right for a new connector. */
const OTHER_ORGANIZATION = 'spec.accountRef.name=spare';

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
  isNamed: (mutation, conditions) => namesField(mutation, CONSEQUENCES, conditions),
  isUnread: ({ field }) => UNREAD.test(field.path),
  isRefusedAsChange: ({ field, value }) => `${field.path}=${String(value)}` === OTHER_ORGANIZATION,
  isLasting: ({ field }, difference) =>
    LASTING.some((one) => one.field.test(field.path) && one.difference.test(difference)),
  // A policy shows only when it is needed.
  isVisible: () => false,
};
