import { z } from 'zod';
import { conditionsSchema } from './condition.ts';
import {
  ATOMIC,
  failuresSchema,
  moment,
  observedGenerationSchema,
  resourceName,
  STATUS_DEFAULT,
  secretKey,
  statusText,
  usedCredentialsSchema,
} from './fields.ts';
import { ACCOUNT_NAMES, API_VERSION } from './group.ts';
import { objectMetaSchema } from './metadata.ts';

/** `spec` of an OpenConnectorsAccount; what is absent has its meaning in `defaults.ts`. */
export const accountSpecSchema = z
  .strictObject({
    baseUrl: z
      .string()
      .min(1)
      .max(2048)
      .describe(
        'Address of the Open Connectors API, such as https://api.openconnectors.us2.ext.hana.ondemand.com; /elements/api-v2 is appended when absent. Cannot be changed.',
      ),
    credentialsSecretRef: z
      .strictObject({
        name: resourceName('Name of the Secret.'),
        userSecretKey: secretKey('Key of the user secret; absent: userSecret.').optional(),
        organizationSecretKey: secretKey(
          'Key of the organization secret; absent: organizationSecret.',
        ).optional(),
      })
      .meta(ATOMIC)
      .describe(
        "The user and the organization secret of the account, in a Secret of the resource's namespace.",
      ),
    limits: z
      .strictObject({
        requestsPerSecond: z
          .int()
          .min(1)
          .max(1000)
          .optional()
          .describe('Requests a second to the account, over time; absent: 10.'),
        burst: z
          .int()
          .min(1)
          .max(1000)
          .optional()
          .describe('Requests that may be sent at once after a rest; absent: 20.'),
        concurrency: z
          .int()
          .min(1)
          .max(256)
          .optional()
          .describe('Requests that may be under way at the same time; absent: 8.'),
      })
      .optional()
      .describe('How much the operator may ask of the account.'),
    timeoutSeconds: z
      .int()
      .min(1)
      .max(300)
      .optional()
      .describe('How long a request may take, in seconds; absent: 30. Creating an instance may take longer.'),
    inventoryInterval: z
      .string()
      .max(32)
      .optional()
      .describe(
        'Time between two listings of the instances, which find the drift of all connectors of the account, as a Go duration from 1m to 24h; absent: the setting INVENTORY_INTERVAL.',
      ),
  })
  .describe('Where the account is and how to use it.');

const orphan = z
  .object({
    id: z.int().describe('Id of the instance.'),
    name: statusText(1024, 'Name of the instance.').optional(),
  })
  .describe('An instance with the tags of this cluster that no resource stands for.');

/** `status` of an OpenConnectorsAccount. Everything but `observedGeneration` may be absent. */
export const accountStatusSchema = z
  .object({
    observedGeneration: observedGenerationSchema.optional(),
    conditions: conditionsSchema.optional(),
    organization: z
      .object({
        id: statusText(128, 'Id of the organization.'),
        name: statusText(1024, 'Name of the organization.').optional(),
      })
      .optional()
      .describe('The organization that the credentials belong to.'),
    instances: z
      .object({
        managed: z.int().min(0).optional().describe('Instances that a resource stands for.'),
        orphaned: z
          .int()
          .min(0)
          .optional()
          .describe('Instances with the tags of this cluster that no resource stands for. Never deleted.'),
        orphans: z
          .array(orphan)
          .max(20)
          .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['id'] })
          .optional()
          .describe('The first of the orphaned instances.'),
      })
      .optional()
      .describe('Instances of this cluster in the account.'),
    throttledUntil: moment('Until when the account is left alone, as the remote side asked.').optional(),
    credentials: usedCredentialsSchema.optional(),
    failures: failuresSchema.optional(),
    lastHandledReconcileAt: statusText(256, 'The reconcile-at annotation that was handled last.').optional(),
  })
  .describe('What was found.');

/** The whole resource, as the API server returns it. */
export const openConnectorsAccountSchema = z
  .object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal(ACCOUNT_NAMES.kind),
    metadata: objectMetaSchema,
    spec: accountSpecSchema,
    status: accountStatusSchema.meta({ default: STATUS_DEFAULT }).optional(),
  })
  .describe(
    'An account (organization and user) of SAP Open Connectors that connectors of the namespace use.',
  );

export type AccountSpec = z.infer<typeof accountSpecSchema>;
export type AccountStatus = z.infer<typeof accountStatusSchema>;
export type OpenConnectorsAccount = z.infer<typeof openConnectorsAccountSchema>;
