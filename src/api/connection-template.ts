import { z } from 'zod';
import { boundedText } from './fields.ts';

/** The keys that the operator writes to a connection Secret. */
export const CONNECTION_KEYS = [
  'type',
  'provider',
  'uri',
  'host',
  'element',
  'element-token',
  'user-secret',
  'organization-secret',
] as const;

export type ConnectionKey = (typeof CONNECTION_KEYS)[number];

/** Those that are there with `includeAccountCredentials` only. */
export const ACCOUNT_CREDENTIAL_KEYS: readonly ConnectionKey[] = ['user-secret', 'organization-secret'];

const MAX_ENTRIES = 16;

/** A map of at most 16 entries. */
function boundedMap<Value extends z.ZodType>(value: Value) {
  return z
    .record(z.string(), value)
    .refine((map) => Object.keys(map).length <= MAX_ENTRIES, {
      message: `must have at most ${MAX_ENTRIES} keys`,
    })
    .meta({ maxProperties: MAX_ENTRIES });
}

const labels = boundedMap(
  z
    .string()
    .max(63)
    .regex(/^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$/, 'must be a value of a label'),
)
  .optional()
  .describe('Labels of the connection Secret. Those of the operator take precedence.');

const annotations = boundedMap(boundedText(1024))
  .optional()
  .describe('Annotations of the connection Secret.');

const keys = boundedMap(z.enum(CONNECTION_KEYS))
  .optional()
  .describe(
    'Further keys of the connection Secret, each with the standard key whose value it repeats: OPEN_CONNECTORS_TOKEN: element-token.',
  );

/** `spec.connectionSecretTemplate` of an InfusionsoftConnector. */
export const connectionSecretTemplateSchema = z
  .strictObject({
    metadata: z
      .strictObject({ labels, annotations })
      .optional()
      .describe(
        'Labels and annotations of the connection Secret. The setting ALLOWED_SECRET_METADATA of the operator lists the accepted keys.',
      ),
    keys,
  })
  .describe(
    'What the connection Secret carries in addition. When an entry is removed here, it is removed from the Secret.',
  );
