import {
  authorizationCodeSecretNameOf,
  nextSecretNameOf,
  oneTimeCodeSecretNameOf,
  ownedSecretName,
} from '../api/defaults.ts';
import { ANNOTATIONS, LABELS, MANAGED_BY } from '../api/group.ts';
import { field, type KubeObject } from '../kube/client/object.ts';
import { objectKey } from '../kube/watch/store.ts';
import { accountKey } from './account-key.ts';
import { ownerTag } from './owner-tags.ts';
import { parseRecord } from './write-ahead-record.ts';

/** Names of the indexes over connectors and accounts. */
export const INDEX = {
  secret: 'secret',
  account: 'account',
  recordedAccount: 'recorded-account',
  deletedInAccount: 'deleted-in-account',
  owner: 'owner',
  instance: 'instance',
  secretOwner: 'secret-owner',
} as const;

// These run on every change of every object, before validation: they assume no shape.

/** The Secrets that a connector reads or writes, as `<namespace>/<name>`: the index from a Secret to its connectors. */
export function secretsOfConnector(object: KubeObject): string[] {
  const spec = field(object, 'spec');
  const oauth = field(spec, 'oauth');
  const names = [
    field(field(oauth, 'clientSecretRef'), 'name'),
    field(field(oauth, 'authorizationCodeSecretRef'), 'name'),
    field(field(oauth, 'refreshTokenSecretRef'), 'name'),
    field(field(spec, 'encryptedKeySecretRef'), 'name'),
    field(field(field(spec, 'events'), 'signatureKeySecretRef'), 'name'),
    field(field(spec, 'connectionSecretRef'), 'name') ?? ownedSecretName(object, '-connection'),
    field(field(field(object, 'status'), 'binding'), 'name'),
    field(field(object, 'status'), 'next') === undefined ? undefined : nextConnectionName(object),
    oneTimeCodeSecretNameOf(object),
    authorizationCodeSecretNameOf(object),
  ];
  return [...new Set(names.filter((value) => typeof value === 'string'))].map((secret) =>
    objectKey(object.metadata.namespace, secret),
  );
}

function nextConnectionName(object: KubeObject): string {
  const named = field(field(field(object, 'spec'), 'connectionSecretRef'), 'name');
  return nextSecretNameOf(typeof named === 'string' ? named : ownedSecretName(object, '-connection'));
}

/** The account that a connector uses, as `accountKey` writes it. */
export function accountOfConnector(object: KubeObject): string[] {
  const name = field(field(field(object, 'spec'), 'accountRef'), 'name');
  return [accountKey(object.metadata.namespace ?? '', typeof name === 'string' ? name : undefined)];
}

/** uids of the accounts in which the connector has an instance, or may have one, as its status and its record say. */
export function recordedAccountsOfConnector(object: {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> | undefined };
}): string[] {
  const inStatus = field(field(field(field(object, 'status'), 'instance'), 'account'), 'uid');
  const annotation = field(object.metadata.annotations, ANNOTATIONS.attempt);
  const inRecord = typeof annotation === 'string' ? parseRecord(annotation)?.account?.uid : undefined;
  const uids = [inStatus, inRecord].filter((uid) => typeof uid === 'string');
  return [...new Set(uids)];
}

/** The same of a connector that is being deleted; none of any other. */
export function accountsOfDeletedConnector(object: KubeObject): string[] {
  return object.metadata.deletionTimestamp === undefined ? [] : recordedAccountsOfConnector(object);
}

/** uids of the resources for which the operator created a Secret. */
export function ownersOfSecret({ metadata: { labels, ownerReferences = [] } }: KubeObject): string[] {
  return labels?.[LABELS.managedBy] === MANAGED_BY ? ownerReferences.map(({ uid }) => uid) : [];
}

/** The instance that a connector names by `importId`, within its account. */
export function importOfConnector(object: KubeObject): string[] {
  const id = field(field(field(object, 'spec'), 'instance'), 'importId');
  const name = field(field(field(object, 'spec'), 'accountRef'), 'name');
  return typeof id === 'number'
    ? [instanceKey(object.metadata.namespace ?? '', typeof name === 'string' ? name : undefined, id)]
    : [];
}

/** An instance within an account, as a key of an index. */
export function instanceKey(namespace: string, account: string | undefined, id: number): string {
  return `${accountKey(namespace, account)}#${id}`;
}

/** The owner tag of a connector's instances. */
export function ownerOfConnector(clusterId: string): (object: KubeObject) => string[] {
  return ({ metadata: { namespace = '', name } }) => [ownerTag({ clusterId, namespace, name })];
}

/** The Secret of an account's credentials, as `<namespace>/<name>`. */
export function secretsOfAccount(object: KubeObject): string[] {
  const name = field(field(field(object, 'spec'), 'credentialsSecretRef'), 'name');
  return typeof name === 'string' ? [objectKey(object.metadata.namespace, name)] : [];
}
