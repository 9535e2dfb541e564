import type { InfusionsoftConnector } from '../api/connector.ts';
import type { ManagedMetadata, TextMetadata } from './managed-metadata.ts';
import type { SecretFact } from './secret-fact.ts';

/** Secrets of any namespace, from the metadata cache and from the API server. Errors are `KubeError`. */
export interface Secrets {
  /** From the metadata cache: never `read`. */
  known(namespace: string, name: string): SecretFact;
  /** Names of the Secrets that the operator created for the resource with this uid, from the metadata cache. */
  owned(namespace: string, uid: string): readonly string[];
  /** One GET; a 404 is `absent`. */
  read(namespace: string, name: string, signal: AbortSignal): Promise<SecretFact>;
  /** POST of a whole Secret; `data` in clear. Returns what the server stored. */
  create(secret: NewSecret, signal: AbortSignal): Promise<SecretFact>;
  /** Replaces the data of a Secret that the operator created, if it is still `current`, and what `secret.metadata` manages. */
  update(secret: NewSecret, current: SecretVersion, signal: AbortSignal): Promise<SecretFact>;
  /**
   * Deletes a Secret that the operator created, on the precondition `resourceVersion`. `absent`: another client deleted
   * it before. `conflict`: it has another version, and stays.
   */
  remove(
    namespace: string,
    name: string,
    resourceVersion: string,
    signal: AbortSignal,
  ): Promise<'removed' | 'absent' | 'conflict'>;
  /** Removes all owner references, so that the garbage collector keeps the Secret. */
  disown(namespace: string, name: string, resourceVersion: string, signal: AbortSignal): Promise<void>;
}

/** What an update depends on. `metadata` is required where the update changes labels and annotations. */
export interface SecretVersion {
  readonly resourceVersion: string;
  readonly metadata?: TextMetadata | undefined;
}

/** A Secret that the operator creates for a resource, which owns it. */
export interface NewSecret {
  readonly owner: InfusionsoftConnector;
  readonly name: string;
  readonly type: string;
  /** In clear. */
  readonly data: Readonly<Record<string, string>>;
  /** Absent: the labels of the operator alone, which an update does not change. */
  readonly metadata?: ManagedMetadata | undefined;
}
