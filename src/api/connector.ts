import { z } from 'zod';
import { DEFAULT_SCOPE } from '../provider/account.ts';
import { ELEMENT_KEYS } from '../provider/elements.ts';
import { SAFE_CONFIGURATION_KEYS } from '../provider/parameters.ts';
import { DEFAULT_SECRET_KEYS } from '../provider/secret-keys.ts';
import { conditionsSchema } from './condition.ts';
import { connectionSecretTemplateSchema } from './connection-template.ts';
import { eventsSchema } from './events.ts';
import {
  ATOMIC,
  boundedText,
  failuresSchema,
  moment,
  observedGenerationSchema,
  refuseRepeats,
  resourceName,
  STATUS_DEFAULT,
  secretKey,
  secretKeyRef,
  statusText,
  usedCredentialsSchema,
} from './fields.ts';
import { API_VERSION, CONNECTOR_NAMES } from './group.ts';
import { objectMetaSchema } from './metadata.ts';

const CONFIGURATION_MAX_PROPERTIES = 32;

/** The most changes that status shows. */
export const PLAN_MAX_LENGTH = 20;

const PLANNED_ACTIONS = ['Create', 'Reauthorize', 'Update', 'Enable', 'Disable', 'Delete'] as const;

const clientSecretRef = z
  .strictObject({
    name: resourceName('Name of the Secret.'),
    clientIdKey: secretKey(`Key of the client_id. Absent: ${DEFAULT_SECRET_KEYS.clientId}.`).optional(),
    clientSecretKey: secretKey(
      `Key of the client_secret. Absent: ${DEFAULT_SECRET_KEYS.clientSecret}.`,
    ).optional(),
  })
  .meta(ATOMIC)
  .describe("The OAuth client registered at Keap, in a Secret of the resource's namespace.");

const encryptedKeySecretRef = secretKeyRef(
  'Encrypted Key',
  DEFAULT_SECRET_KEYS.encryptedKey,
  "The Infusionsoft Encrypted Key (legacy API key), in a Secret of the resource's namespace. Required with infusionsoftcrm, forbidden with infusionsoftrest.",
);

const authorizationCodeSecretRef = secretKeyRef(
  'authorization code',
  DEFAULT_SECRET_KEYS.authorizationCode,
  'An authorization code in a Secret, obtained elsewhere. It is sent once. Not together with refreshTokenSecretRef.',
);

const refreshTokenSecretRef = secretKeyRef(
  'refresh token',
  DEFAULT_SECRET_KEYS.refreshToken,
  'A refresh token in a Secret, for an authorization without a browser. Open Connectors renews the token, so that the copy in the Secret becomes stale. Not together with authorizationCodeSecretRef.',
);

const oauth = z
  .strictObject({
    clientSecretRef,
    callbackUrl: z
      .string()
      .min(1)
      .max(2048)
      .optional()
      .describe(
        "The https redirect URL that is registered at Keap for the OAuth client. Absent: the operator's own callback URL.",
      ),
    scope: z
      .string()
      .min(1)
      .max(256)
      .regex(/^[!#-[\]-~]+( [!#-[\]-~]+)*$/, 'must be scope names separated by single spaces')
      .optional()
      .describe(`OAuth scopes, separated by spaces. Absent: ${DEFAULT_SCOPE}, the only scope of Keap.`),
    authorizationCodeSecretRef: authorizationCodeSecretRef.optional(),
    refreshTokenSecretRef: refreshTokenSecretRef.optional(),
  })
  .describe('The OAuth client and its grant.');

const instance = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe(
        'Name of the instance in Open Connectors: letters, digits, single spaces and ". _ -". Absent: <namespace>-<name>.',
      ),
    tags: z
      .array(z.string().min(1).max(64))
      .max(32)
      .superRefine(refuseRepeats)
      .meta({ 'x-kubernetes-list-type': 'set' })
      .optional()
      .describe('Tags of the instance. The prefix k8s- is reserved for the operator.'),
    configuration: z
      .record(z.string(), boundedText(1024))
      .refine((configuration) => Object.keys(configuration).length <= CONFIGURATION_MAX_PROPERTIES, {
        message: `must have at most ${CONFIGURATION_MAX_PROPERTIES} keys`,
      })
      .meta({ maxProperties: CONFIGURATION_MAX_PROPERTIES })
      .optional()
      .describe(
        `Further configuration properties of the connector. Accepted keys: ${SAFE_CONFIGURATION_KEYS.join(', ')}, and those of the setting EXTRA_CONFIGURATION_KEYS of the operator.`,
      ),
    enabled: z.boolean().optional().describe('Whether the instance is enabled. Absent: true.'),
    importId: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Id of an existing instance to adopt instead of creating one. Cannot be changed or removed once set.',
      ),
  })
  .describe('The connector instance in Open Connectors.');

const replacement = z
  .strictObject({
    switch: z
      .enum(['Manual', 'Automatic'])
      .optional()
      .describe(
        'When the connection Secret moves to the new instance: with the annotation openconnectors.dev/switch (Manual), or as soon as the new instance is authorized (Automatic). Absent: Manual.',
      ),
    retainFor: z
      .string()
      .max(32)
      .optional()
      .describe(
        'How long the old instance is kept after the switch, as a Go duration from 0s to 720h. Within this time the annotation openconnectors.dev/switch with a new value switches back. Absent: 24h.',
      ),
  })
  .describe(
    'How the instance of a new spec.connector takes the place of the old one. At the end of the retention the old instance is released by spec.deletionPolicy.',
  );

/** `spec` of an InfusionsoftConnector. `defaults.ts` has the defaults of absent fields. */
export const connectorSpecSchema = z
  .strictObject({
    accountRef: z
      .strictObject({ name: resourceName('Name of the OpenConnectorsAccount.') })
      .meta(ATOMIC)
      .optional()
      .describe("The OpenConnectorsAccount in the same namespace. Absent: the operator's default account."),
    connector: z
      .enum(ELEMENT_KEYS)
      .optional()
      .describe(
        'The connector in Open Connectors. Required. infusionsoftcrm uses XML-RPC, which Keap ends on 2026-12-31. When it changes, an instance of the new one is created and authorized beside the old one; spec.replacement describes the switch.',
      ),
    server: z
      .string()
      .min(1)
      .max(253)
      .optional()
      .describe(
        'Host name of the Infusionsoft account, such as dt123.infusionsoft.com, without scheme, port or path. Required with infusionsoftcrm; infusionsoftrest does not use it.',
      ),
    encryptedKeySecretRef: encryptedKeySecretRef.optional(),
    oauth,
    instance: instance.optional(),
    events: eventsSchema.optional(),
    connectionSecretRef: z
      .strictObject({ name: resourceName('Name of the Secret.') })
      .meta(ATOMIC)
      .optional()
      .describe(
        'The Secret that the operator writes for applications. Absent: <name>-connection. The operator never overwrites a Secret that it did not create.',
      ),
    replacement: replacement.optional(),
    connectionSecretTemplate: connectionSecretTemplateSchema.optional(),
    includeAccountCredentials: z
      .boolean()
      .optional()
      .describe(
        'Whether the connection Secret also contains the user secret and the organization secret of the account. Absent: false. Not with the default account.',
      ),
    deletionPolicy: z
      .enum(['Delete', 'Orphan'])
      .optional()
      .describe(
        'What happens to the instance when the resource is deleted. Absent: Delete, but Orphan with importId.',
      ),
    driftPolicy: z
      .enum(['Correct', 'Report'])
      .optional()
      .describe('What the operator does when another client changed the instance. Absent: Correct.'),
    ignoreDrift: z
      .array(
        z
          .string()
          .min(1)
          .max(160)
          .regex(
            /^(name|configuration\.[A-Za-z0-9][A-Za-z0-9._-]*)$/,
            'must be name, or configuration. followed by a key',
          ),
      )
      .max(32)
      .superRefine(refuseRepeats)
      .meta({ 'x-kubernetes-list-type': 'set' })
      .optional()
      .describe(
        'Fields of the instance that are sent with each new grant and otherwise left to other clients: name, or configuration.<key>.',
      ),
    managementPolicy: z
      .enum(['Manage', 'Observe'])
      .optional()
      .describe(
        'Whether the operator manages the instance, or only observes it and writes the planned changes to status.plan. Absent: Manage.',
      ),
    missingPolicy: z
      .enum(['Recreate', 'Report'])
      .optional()
      .describe('What the operator does when another client deleted the instance. Absent: Recreate.'),
    suspend: z
      .boolean()
      .optional()
      .describe('Whether reconciliation is suspended. Deletion is not. Absent: false.'),
  })
  .describe('The desired state of the instance.');

const account = z
  .object({
    uid: statusText(128, 'uid of the OpenConnectorsAccount, or "default".'),
    // Longer than spec.baseUrl by the path of the API.
    baseUrl: statusText(2080, 'Base URL of the account.'),
    organizationId: statusText(128, 'Id of the organization in Open Connectors.'),
  })
  .describe(
    'The account of the instance. Only a response of this account proves that the instance was deleted.',
  );

/** One change that the operator would make. */
const plannedChange = z
  .object({
    action: z.enum(PLANNED_ACTIONS).describe('What the operator would do.'),
    target: statusText(512, 'The instance or the Secret that would change.'),
    fields: z
      .array(z.string().max(256))
      .max(64)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('The fields that would be written, without values.'),
    needs: statusText(1024, 'What a user has to provide first.').optional(),
  })
  .describe('One change that the operator would make.');

/** `status` of an InfusionsoftConnector. Everything but `observedGeneration` may be absent. */
export const connectorStatusSchema = z
  .object({
    observedGeneration: observedGenerationSchema.optional(),
    conditions: conditionsSchema.optional(),
    instance: z
      .object({
        id: z.int().describe('Id of the instance.'),
        name: statusText(1024, 'Name of the instance.').optional(),
        connector: statusText(128, 'Connector of the instance.').optional(),
        enabled: z.boolean().optional().describe('Whether the instance is enabled in Open Connectors.'),
        disabledAt: moment(
          'When the operator disabled the instance as spec.instance.enabled requires, or found it disabled.',
        ).optional(),
        createdAt: statusText(
          64,
          'When the instance was created, as reported by Open Connectors.',
        ).optional(),
        account: account.optional(),
      })
      .optional()
      .describe('The instance in Open Connectors.'),
    replacing: z
      .object({
        id: z.int().describe('Id of the old instance.'),
        connector: statusText(128, 'Connector of the old instance.'),
        until: moment(
          'End of the retention, when the instance is released by spec.deletionPolicy.',
        ).optional(),
      })
      .optional()
      .describe(
        'The old instance after the switch to the instance of another connector, until it is released.',
      ),
    next: z
      .object({
        id: z.int().describe('Id of the new instance.'),
        connector: statusText(128, 'Connector of the new instance.'),
        switchedBack: z
          .boolean()
          .optional()
          .describe('Whether it was in use before: it is used again with the annotation only.'),
      })
      .optional()
      .describe(
        'The instance of a new spec.connector before the switch. status.instance stays the one in use until then.',
      ),
    removing: z
      .object({ id: z.int().describe('Id of the instance.') })
      .optional()
      .describe('The instance that is about to be deleted while the resource lives.'),
    plan: z
      .array(plannedChange)
      .max(PLAN_MAX_LENGTH)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .optional()
      .describe(
        'With spec.managementPolicy Observe: the changes that the operator would make with Manage, in their order. The list ends at the first change that needs a user.',
      ),
    authorization: z
      .object({
        startUrl: statusText(2048, 'The page where a person starts the consent.').optional(),
        codeSecretName: statusText(
          253,
          'Name of the Secret with the one-time code for the start page.',
        ).optional(),
        authorizedAt: moment('When the provider granted access last.').optional(),
        grant: statusText(
          128,
          'Digest of the authorization code or refresh token that the instance works with; never the value.',
        ).optional(),
      })
      .optional()
      .describe('The OAuth consent.'),
    binding: z
      .object({
        name: statusText(253, 'Name of the connection Secret.'),
        resourceVersion: statusText(128, 'resourceVersion of the Secret when it was read last.').optional(),
        fingerprint: statusText(
          128,
          'Keyed hash of the content of the Secret in this version; never a value.',
        ).optional(),
      })
      .optional()
      .describe(
        'The connection Secret, in the form of a Provisioned Service of Service Binding for Kubernetes.',
      ),
    events: z
      .object({
        resources: z.array(statusText(64, 'Name of a resource.')).max(16).describe('The resources.'),
      })
      .optional()
      .describe('The events that the operator has enabled.'),
    credentials: usedCredentialsSchema.optional(),
    failures: failuresSchema.optional(),
    lastHandledReconcileAt: statusText(256, 'The reconcile-at annotation that was handled last.').optional(),
    lastHandledReauthorizeAt: statusText(
      256,
      'The reauthorize-at annotation that was handled last.',
    ).optional(),
    importId: z
      .int()
      .optional()
      .describe('The spec.instance.importId that was adopted; status.instance may be another one since.'),
    lastHandledSwitchAt: statusText(256, 'The switch annotation that was handled last.').optional(),
  })
  .describe('The observed state.');

/** The whole resource, as the API server returns it. */
export const infusionsoftConnectorSchema = z
  .object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal(CONNECTOR_NAMES.kind),
    metadata: objectMetaSchema,
    spec: connectorSpecSchema,
    status: connectorStatusSchema.meta({ default: STATUS_DEFAULT }).optional(),
  })
  .describe('A connector instance in SAP Open Connectors for Infusionsoft (Keap).');

export type ConnectorSpec = z.infer<typeof connectorSpecSchema>;
export type ConnectorStatus = z.infer<typeof connectorStatusSchema>;
export type InfusionsoftConnector = z.infer<typeof infusionsoftConnectorSchema>;
export type DeletionPolicy = NonNullable<ConnectorSpec['deletionPolicy']>;
export type DriftPolicy = NonNullable<ConnectorSpec['driftPolicy']>;
export type SwitchPolicy = NonNullable<NonNullable<ConnectorSpec['replacement']>['switch']>;
export type PlannedChange = z.infer<typeof plannedChange>;
export type MissingPolicy = NonNullable<ConnectorSpec['missingPolicy']>;
