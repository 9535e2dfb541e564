import type { z } from 'zod';
import { SAFE_CONFIGURATION_KEYS } from '../../provider/parameters.ts';
import type { HostPattern } from '../../runtime/host-pattern.ts';
import { accountSpecSchema } from '../account.ts';
import { type ConnectorSpec, connectorSpecSchema } from '../connector.ts';
import { ACCOUNT_RULES } from './account-rules.ts';
import { allowedHost } from './allowlist.ts';
import { isAllowedMetadata } from './connection-template-rules.ts';
import { CONNECTOR_RULES } from './connector-rules.ts';
import type { AnyRule } from './rules.ts';
import { valuesAt } from './values-at.ts';

/** A problem of a spec: the path of the field and the action. It never contains the value of the field. */
export interface Violation {
  /** Such as `spec.instance.tags[0]`. */
  readonly path: string;
  readonly message: string;
}

/** The longest part of a user's key in a message. */
const NAME_SHOWN = 128;

type WithSpec = { readonly spec?: unknown };

export interface ConnectorValidation {
  /** The object before the change, for the rules about changes. */
  readonly old?: WithSpec | undefined;
  /** The setting EXTRA_CONFIGURATION_KEYS. */
  readonly extraConfigurationKeys?: readonly string[] | undefined;
  /** The setting ALLOWED_SECRET_METADATA. Absent: it is not known, and nothing is checked against it. */
  readonly allowedSecretMetadata?: readonly string[] | undefined;
  /** The setting ALLOWED_EVENT_HOSTS, in the same way. */
  readonly allowedEventHosts?: readonly HostPattern[] | undefined;
}

/**
 * Checks the spec of an InfusionsoftConnector by all rules of the CRD and by the list of configuration keys. An unknown
 * field is a violation, because the API server would have dropped it. Never throws; an empty list means that `spec` is
 * a `ConnectorSpec`.
 */
export function validateConnector(object: WithSpec, options: ConnectorValidation = {}): Violation[] {
  const parsed = connectorSpecSchema.safeParse(object.spec);
  if (!parsed.success) {
    return schemaViolations(parsed.error);
  }
  const old = options.old && connectorSpecSchema.safeParse(options.old.spec);
  const keys = Object.keys(parsed.data.instance?.configuration ?? {});
  return [
    ...ruleViolations(CONNECTOR_RULES, { spec: parsed.data }, old?.success ? { spec: old.data } : undefined),
    ...unlistedKeys(keys, options.extraConfigurationKeys ?? []),
    ...unlistedMetadata(parsed.data, options.allowedSecretMetadata),
    ...unlistedEventHost(parsed.data, options.allowedEventHosts),
  ];
}

/** Checks the spec of an OpenConnectorsAccount, in the same way. */
export function validateAccount(
  object: WithSpec,
  options: { readonly old?: WithSpec | undefined } = {},
): Violation[] {
  const parsed = accountSpecSchema.safeParse(object.spec);
  if (!parsed.success) {
    return schemaViolations(parsed.error);
  }
  const old = options.old && accountSpecSchema.safeParse(options.old.spec);
  return ruleViolations(ACCOUNT_RULES, { spec: parsed.data }, old?.success ? { spec: old.data } : undefined);
}

function schemaViolations(error: z.ZodError): Violation[] {
  return error.issues.flatMap((issue): Violation[] => {
    const path = fieldPath(issue.path);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: `${path}.${shorten(key)}`,
        message: 'is an unknown field: remove it or correct its name',
      }));
    }
    return [{ path, message: describe(issue) }];
  });
}

/** The names of types in the API that differ from zod. */
const TYPE_NAMES: Readonly<Record<string, string>> = { record: 'object', int: 'integer' };

function describe(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined && issue.message.includes('undefined')
        ? 'is required'
        : `must be of type ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_big':
      return `must be at most ${issue.maximum} ${unit(issue.origin)}`.trimEnd();
    case 'too_small':
      return `must be at least ${issue.minimum} ${unit(issue.origin)}`.trimEnd();
    default:
      return issue.message;
  }
}

function unit(origin: string): string {
  return origin === 'string' ? 'characters long' : origin === 'array' ? 'items long' : '';
}

function fieldPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${shorten(String(part))}`),
    'spec',
  );
}

/** Keys of a user may have any length; condition messages may not. */
function shorten(name: string): string {
  return name.length <= NAME_SHOWN ? name : `${name.slice(0, NAME_SHOWN)}...`;
}

function ruleViolations(rules: readonly AnyRule[], object: object, old: object | undefined): Violation[] {
  return rules.flatMap((rule) =>
    valuesAt(rule.at, object).flatMap(([path, self]): Violation[] => {
      const [before] = old === undefined ? [] : valuesAt(rule.at, old);
      if (rule.transition === true && before === undefined) {
        return [];
      }
      return rule.holds(self as never, before?.[1] as never)
        ? []
        : [{ path: `${path}${rule.fieldPath ?? ''}`, message: rule.message }];
    }),
  );
}

function unlistedKeys(keys: readonly string[], extra: readonly string[]): Violation[] {
  const allowed = new Set([...SAFE_CONFIGURATION_KEYS, ...extra]);
  return keys
    .filter((key) => !allowed.has(key))
    .map((key) => ({
      path: `spec.instance.configuration[${shorten(key)}]`,
      message: 'is not an allowed key: remove it, or add it to EXTRA_CONFIGURATION_KEYS of the operator',
    }));
}

function unlistedMetadata(spec: ConnectorSpec, allowed: readonly string[] | undefined): Violation[] {
  const metadata = spec.connectionSecretTemplate?.metadata;
  return (['labels', 'annotations'] as const).flatMap((field) =>
    Object.keys(metadata?.[field] ?? {})
      .filter((key) => allowed !== undefined && !isAllowedMetadata(key, allowed))
      .map((key) => ({
        path: `spec.connectionSecretTemplate.metadata.${field}[${shorten(key)}]`,
        message: 'is not an allowed key: remove it, or add it to ALLOWED_SECRET_METADATA of the operator',
      })),
  );
}

function unlistedEventHost(spec: ConnectorSpec, allowed: readonly HostPattern[] | undefined): Violation[] {
  const { callbackUrl } = spec.events ?? {};
  return callbackUrl === undefined || allowed === undefined || allowedHost(callbackUrl, allowed) !== undefined
    ? []
    : [
        {
          path: 'spec.events.callbackUrl',
          message:
            'has a host that is not allowed: correct it, or add the host to ALLOWED_EVENT_HOSTS of the operator',
        },
      ];
}
