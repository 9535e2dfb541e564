import { DEFAULT_SCOPE } from '../provider/account.ts';
import { type ElementKey, LEGACY_ELEMENT } from '../provider/elements.ts';
import { DEFAULT_SECRET_KEYS } from '../provider/secret-keys.ts';
import type { AccountSpec } from './account.ts';
import type { ConnectorSpec, DeletionPolicy, DriftPolicy, MissingPolicy, SwitchPolicy } from './connector.ts';
import { parseDuration } from './duration.ts';
import { DEFAULT_POLL_MINUTES } from './events.ts';
import { LABELS, MANAGED_BY } from './group.ts';
import { fitName } from './names.ts';

// The defaults are not in the schema: a default that the API server stores is a difference for GitOps tools, and could
// not be changed for stored objects.

type Named = { readonly metadata: { readonly name: string } };
type InNamespace = { readonly metadata: { readonly name: string; readonly namespace: string } };

const DEFAULT_RETENTION_MS = 24 * 3_600_000;

/** The longest name of an instance. */
export const INSTANCE_NAME_MAX_LENGTH = 128;

/** The longest name of an object in Kubernetes. */
const NAME_MAX_LENGTH = 253;

/** End of the name of the connection Secret before a switch. */
const NEXT_SUFFIX = '-next';

/** The longest value of a label in Kubernetes. */
const LABEL_MAX_LENGTH = 63;

/** `element.key` of the instance. */
export function elementKeyOf(spec: ConnectorSpec): ElementKey {
  return spec.connector ?? LEGACY_ELEMENT;
}

/** Name of the OpenConnectorsAccount; `undefined` means the operator's default account. */
export function accountNameOf(spec: ConnectorSpec): string | undefined {
  return spec.accountRef?.name;
}

/** The default for an adopted instance is to keep it. */
export function deletionPolicyOf(spec: ConnectorSpec): DeletionPolicy {
  return spec.deletionPolicy ?? (spec.instance?.importId === undefined ? 'Delete' : 'Orphan');
}

export function driftPolicyOf(spec: ConnectorSpec): DriftPolicy {
  return spec.driftPolicy ?? 'Correct';
}

/** Whether the operator makes no change for the resource and plans the changes instead. */
export function isObserved(spec: ConnectorSpec): boolean {
  return spec.managementPolicy === 'Observe';
}

export function missingPolicyOf(spec: ConnectorSpec): MissingPolicy {
  return spec.missingPolicy ?? 'Recreate';
}

/** Whether the switch to the instance of a new connector waits for the annotation. */
export function switchPolicyOf(spec: ConnectorSpec): SwitchPolicy {
  return spec.replacement?.switch ?? 'Manual';
}

/** How long the old instance is kept after the switch, in milliseconds. */
export function retentionMsOf(spec: ConnectorSpec): number {
  const { retainFor } = spec.replacement ?? {};
  return (retainFor === undefined ? undefined : parseDuration(retainFor)) ?? DEFAULT_RETENTION_MS;
}

/** What happens to one instance that the resource does not use any more. An adopted one is kept by default. */
export function releasePolicyOf(spec: ConnectorSpec, id: number): DeletionPolicy {
  return spec.deletionPolicy ?? (spec.instance?.importId === id ? 'Orphan' : 'Delete');
}

/** Whether the spec asks for an instance that answers calls. */
export function isEnabled(spec: ConnectorSpec): boolean {
  return spec.instance?.enabled ?? true;
}

export function scopeOf(spec: ConnectorSpec): string {
  return spec.oauth.scope ?? DEFAULT_SCOPE;
}

export function encryptedKeyKeyOf(ref: NonNullable<ConnectorSpec['encryptedKeySecretRef']>): string {
  return ref.key ?? DEFAULT_SECRET_KEYS.encryptedKey;
}

export function clientIdKeyOf(spec: ConnectorSpec): string {
  return spec.oauth.clientSecretRef.clientIdKey ?? DEFAULT_SECRET_KEYS.clientId;
}

export function clientSecretKeyOf(spec: ConnectorSpec): string {
  return spec.oauth.clientSecretRef.clientSecretKey ?? DEFAULT_SECRET_KEYS.clientSecret;
}

export function authorizationCodeKeyOf(
  ref: NonNullable<ConnectorSpec['oauth']['authorizationCodeSecretRef']>,
): string {
  return ref.key ?? DEFAULT_SECRET_KEYS.authorizationCode;
}

export function refreshTokenKeyOf(ref: NonNullable<ConnectorSpec['oauth']['refreshTokenSecretRef']>): string {
  return ref.key ?? DEFAULT_SECRET_KEYS.refreshToken;
}

export function signatureKeyKeyOf(
  ref: NonNullable<NonNullable<ConnectorSpec['events']>['signatureKeySecretRef']>,
): string {
  return ref.key ?? DEFAULT_SECRET_KEYS.signatureKey;
}

/** Time between two polls, in whole minutes. */
export function pollMinutesOf({ pollInterval }: NonNullable<ConnectorSpec['events']>): number {
  const milliseconds = pollInterval === undefined ? undefined : parseDuration(pollInterval);
  return milliseconds === undefined ? DEFAULT_POLL_MINUTES : milliseconds / 60_000;
}

/** Name of the Secret that applications read. */
export function connectionSecretNameOf(connector: Named & { readonly spec: ConnectorSpec }): string {
  return connector.spec.connectionSecretRef?.name ?? ownedSecretName(connector, '-connection');
}

/** Name of the Secret with the connection of the new instance before the switch to it. */
export function nextConnectionSecretNameOf(connector: Named & { readonly spec: ConnectorSpec }): string {
  return nextSecretNameOf(connectionSecretNameOf(connector));
}

/** The same from the name of the connection Secret. */
export function nextSecretNameOf(connectionSecret: string): string {
  return `${fitName(connectionSecret, NAME_MAX_LENGTH - NEXT_SUFFIX.length)}${NEXT_SUFFIX}`;
}

/** Name of the Secret with the one-time code for the start page of the consent. */
export function oneTimeCodeSecretNameOf(connector: Named): string {
  return ownedSecretName(connector, '-consent-code');
}

/** The name of that Secret in earlier versions. */
export function oldOneTimeCodeSecretNameOf(connector: Named): string {
  return ownedSecretName(connector, '-enrolment');
}

/** Name of the Secret with the state of a consent in progress. */
export function consentSecretNameOf(connector: Named): string {
  return ownedSecretName(connector, '-consent');
}

/** Name of the Secret with the authorization response, until the operator has consumed it. */
export function authorizationCodeSecretNameOf(connector: Named): string {
  return ownedSecretName(connector, '-grant');
}

/** `<name><suffix>`, cut where it would be longer than a name may be. */
export function ownedSecretName(connector: Named, suffix: string): string {
  return `${fitName(connector.metadata.name, NAME_MAX_LENGTH - suffix.length)}${suffix}`;
}

/** Name of the instance in Open Connectors, in characters that its HTML sanitizer keeps. */
export function instanceNameOf(connector: InNamespace & { readonly spec: ConnectorSpec }): string {
  const { namespace, name } = connector.metadata;
  return connector.spec.instance?.name ?? fitName(`${namespace}-${name}`, INSTANCE_NAME_MAX_LENGTH);
}

/** Value of the label `openconnectors.dev/connector`: the name, or a hash of it where it is too long for a label. */
export function connectorLabelOf(connector: Named): string {
  return fitName(connector.metadata.name, LABEL_MAX_LENGTH);
}

/** The labels of every Secret that the operator creates for `connector`. */
export function ownedLabelsOf(connector: Named): Record<string, string> {
  return { [LABELS.managedBy]: MANAGED_BY, [LABELS.connector]: connectorLabelOf(connector) };
}

export function userSecretKeyOf(spec: AccountSpec): string {
  return spec.credentialsSecretRef.userSecretKey ?? 'userSecret';
}

export function organizationSecretKeyOf(spec: AccountSpec): string {
  return spec.credentialsSecretRef.organizationSecretKey ?? 'organizationSecret';
}

/** The limits of the requests to an account. */
export interface AccountLimits {
  readonly requestsPerSecond: number;
  readonly burst: number;
  readonly concurrency: number;
}

export function limitsOf(spec: Pick<AccountSpec, 'limits'>): AccountLimits {
  return {
    requestsPerSecond: spec.limits?.requestsPerSecond ?? 10,
    burst: spec.limits?.burst ?? 20,
    concurrency: spec.limits?.concurrency ?? 8,
  };
}

/** Timeout of a request to the account, in milliseconds. */
export function timeoutMsOf(spec: Pick<AccountSpec, 'timeoutSeconds'>): number {
  return (spec.timeoutSeconds ?? 30) * 1000;
}

/** Time between two listings of the account in milliseconds; `undefined`: the setting INVENTORY_INTERVAL. */
export function inventoryIntervalMsOf(spec: Pick<AccountSpec, 'inventoryInterval'>): number | undefined {
  return spec.inventoryInterval === undefined ? undefined : parseDuration(spec.inventoryInterval);
}

/** The last part of every base URL of the API. */
const API_PATH = '/elements/api-v2';

/** `spec.baseUrl` with the API's path and without a slash at its end. */
export function apiBaseUrlOf(spec: Pick<AccountSpec, 'baseUrl'>): string {
  const base = spec.baseUrl.replace(/\/+$/, '');
  return base.endsWith(API_PATH) ? base : `${base}${API_PATH}`;
}
