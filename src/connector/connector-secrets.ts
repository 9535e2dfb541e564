import type { AuthorizationResponse } from '../authorization/authorization-response.ts';
import type { Grant } from '../openconnectors/port.ts';
import type { ManagedMetadata } from '../secrets/managed-metadata.ts';
import type { SecretFact } from '../secrets/secret-fact.ts';

/** One reference to a key of a Secret. */
export interface SecretUse {
  /** Path of the reference in the resource, e.g. `spec.encryptedKeySecretRef`. */
  readonly field: string;
  readonly secretName: string;
  readonly key: string;
  /** What the value is for, in words of a sentence, e.g. "the Infusionsoft Encrypted Key". */
  readonly what: string;
}

/** The reference to a code or a refresh token. */
export type GrantUse = SecretUse & { readonly kind: Grant['kind'] };

/** The value of a reference. `same`: not read, because the Secret has not changed since it was last applied. */
export type SecretValue =
  /** `isConfirmed`: the API server answered so; otherwise only the cache does not have it. */
  | { readonly state: 'absent'; readonly isConfirmed: boolean }
  | { readonly state: 'unread' }
  | { readonly state: 'same' }
  | { readonly state: 'key-missing' }
  | { readonly state: 'invalid'; readonly why: string }
  | {
      readonly state: 'value';
      readonly value: string;
      readonly fingerprint: string;
      readonly resourceVersion: string;
      /** Whether the value differs from the one last applied. `undefined`: nothing was recorded for it. */
      readonly changed: boolean | undefined;
    };

/** A reference and its value. */
export interface SecretInput {
  readonly use: SecretUse;
  readonly value: SecretValue;
}

/** How a credential relates to the write-ahead record. */
export interface RecordMatch {
  /** The record is about this credential. */
  readonly isCurrent: boolean;
  /** The credential was recorded as sent, now or before. */
  readonly wasSent: boolean;
  /** The record was hashed with a lost key, so that nothing can be compared with it. */
  readonly isUnreadable: boolean;
}

/** The code or refresh token of the resource. */
export interface GrantInput {
  readonly use: GrantUse;
  readonly value: SecretValue;
  /** Absent while the credential is not read. */
  readonly match: RecordMatch | undefined;
}

/** A Secret that the operator writes. */
export interface OwnedSecret {
  readonly name: string;
  readonly fact: SecretFact;
  /** It exists, and the operator created it for this resource and this purpose. */
  readonly isOwn: boolean;
}

/** A Secret by its version and a fingerprint of its whole content. */
export interface SeenContent {
  readonly resourceVersion: string;
  readonly content: string;
}

/** The connection Secret. */
export interface ConnectionSecret extends OwnedSecret {
  /** The Secret as this process saw it last, else as status records it. */
  readonly seen: SeenContent | undefined;
  /** What it should hold, and the keyed hash of that. Absent without a ready account or the instance's token. */
  readonly desired:
    | {
        readonly data: Readonly<Record<string, string>>;
        readonly metadata: ManagedMetadata;
        readonly content: string;
      }
    | undefined;
}

/** The Secret in which the consent page leaves the response of the provider. */
export interface AuthorizationCodeSecret extends OwnedSecret {
  /** Absent while it is unread, and where the content is no response. */
  readonly response: AuthorizationResponse | undefined;
  /** The response belongs to what the resource asks consent for now. */
  readonly isCurrent: boolean;
}

/** All Secrets of a connector by role, each decoded and hashed once. */
export interface ConnectorSecrets {
  readonly clientId: SecretInput;
  readonly clientSecret: SecretInput;
  /** Only for `infusionsoftcrm`. */
  readonly encryptedKey: SecretInput | undefined;
  /** Only with `spec.events`. */
  readonly signatureKey: SecretInput | undefined;
  /** Of the Secret that the resource names, else of the consent page; absent where there is neither. */
  readonly grant: GrantInput | undefined;
  readonly connection: ConnectionSecret;
  /** The connection of the new instance before a switch; absent where none is published. */
  readonly nextConnection: ConnectionSecret | undefined;
  /** The connection Secret of the name before a rename, as status records it. */
  readonly previousConnection: OwnedSecret | undefined;
  readonly oneTimeCode: OwnedSecret;
  /** The one-time code Secret under the name of earlier versions. */
  readonly oldOneTimeCode: OwnedSecret;
  readonly authorizationCode: AuthorizationCodeSecret;
  /** The Secret in which the consent page keeps a consent that was begun. */
  readonly consent: OwnedSecret;
  /** Further Secrets that the operator created for the resource and that status does not record. */
  readonly leftovers: readonly OwnedSecret[];
}
