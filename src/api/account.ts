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

/** `spec` of an OpenConnectorsAccount. `defaults.ts` has the defaults of absent fields. */
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
        userSecretKey: secretKey('Key of the user secret. Absent: userSecret.').optional(),
        organizationSecretKey: secretKey(
          'Key of the organization secret. Absent: organizationSecret.',
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
          .describe('Sustained requests per second to the account. Absent: 10.'),
        burst: z
          .int()
          .min(1)
          .max(1000)
          .optional()
          .describe('Requests that may exceed the sustained rate in a burst. Absent: 20.'),
        concurrency: z
          .int()
          .min(1)
          .max(256)
          .optional()
          .describe('Maximum number of concurrent requests. Absent: 8.'),
      })
      .optional()
      .describe('Limits of the requests to the account.'),
    timeoutSeconds: z
      .int()
      .min(1)
      .max(300)
      .optional()
      .describe(
        'Timeout of a request in seconds. Absent: 30. The setting CREATE_DEADLINE applies to the creation of instances.',
      ),
    inventoryInterval: z
      .string()
      .max(32)
      .optional()
      .describe(
        'Time between two listings of the instances, which find the drift of all connectors of the account, as a Go duration from 1m to 24h. Absent: the setting INVENTORY_INTERVAL.',
      ),
  })
  .describe('The desired state: address, credentials and limits of the account.');

const orphan = z
  .object({
    id: z.int().describe('Id of the instance.'),
    name: statusText(1024, 'Name of the instance.').optional(),
  })
  .describe('An instance with the tags of this cluster that belongs to no resource.');

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
        managed: z.int().min(0).optional().describe('Number of instances that belong to a resource.'),
        orphaned: z
          .int()
          .min(0)
          .optional()
          .describe(
            'Number of instances with the tags of this cluster that belong to no resource. The operator never deletes them.',
          ),
        orphans: z
          .array(orphan)
          .max(20)
          .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['id'] })
          .optional()
          .describe('The first orphaned instances.'),
      })
      .optional()
      .describe('Instances of this cluster in the account.'),
    throttledUntil: moment('End of the pause of all calls, as requested by Open Connectors.').optional(),
    credentials: usedCredentialsSchema.optional(),
    failures: failuresSchema.optional(),
    lastHandledReconcileAt: statusText(256, 'The reconcile-at annotation that was handled last.').optional(),
  })
  .describe('The observed state.');

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
