import type { InfusionsoftConnector } from '../api/connector.ts';
import type { Violation } from '../api/validation/validate.ts';
import type { Instance } from '../openconnectors/port.ts';
import type { AccountView } from '../ownership/account-view.ts';
import type { ExternalFacts } from '../ownership/inventory.ts';
import type { OwnerTags } from '../ownership/owner-tags.ts';
import type { WriteAheadRecord } from '../ownership/write-ahead-record.ts';
import type { HostPattern } from '../runtime/host-pattern.ts';
import type { SecretFact } from '../secrets/secret-fact.ts';
import type { ActionLog, PingAnswer } from './action-log.ts';
import type { ConnectorSecrets, SeenContent } from './connector-secrets.ts';
import type { Peer } from './peer.ts';

/** What this process remembers of a resource between reconciles. Its loss costs calls, never correctness. */
export interface Memory {
  /** The recorded credential (by its digest) whose sending ended in doubt, and when. */
  readonly ambiguous: { readonly digest: string; readonly at: number } | undefined;
  /** The recorded credential that provably was not processed; see `WriteAheadRecord`. */
  readonly unprocessed:
    | { readonly digest: string; readonly notBefore: string; readonly sends: number }
    | undefined;
  /** The recorded credential that Open Connectors refused, and its cleaned message. */
  readonly refused:
    | {
        readonly digest: string;
        readonly message: string;
        /** `no`: the API's own refusal says that nothing was created. */
        readonly created?: 'no' | 'unknown' | undefined;
      }
    | undefined;
  /** The recorded credential that Open Connectors accepted; status may not show it yet. */
  readonly accepted: string | undefined;
  /** When a record was first seen whose time is in the future; wall clock. */
  readonly clockSetBackAt: number | undefined;
  /** The connection Secret as last seen: its version and a fingerprint of its whole content. */
  readonly connection: SeenContent | undefined;
  /** The same of the Secret with the connection of the new instance before a switch. */
  readonly nextConnection: SeenContent | undefined;
  /** When the instance answered last, or when this process first saw the resource; wall clock. */
  readonly pingedAt: number;
  /** The latest call through the instance, by whichever connector, and its answer; wall clock. */
  readonly tested: { readonly at: number; readonly answer: PingAnswer } | undefined;
}

/** The memory of a resource that was never seen before. */
export const NO_MEMORY: Memory = {
  ambiguous: undefined,
  unprocessed: undefined,
  refused: undefined,
  accepted: undefined,
  clockSetBackAt: undefined,
  connection: undefined,
  nextConnection: undefined,
  pingedAt: Number.POSITIVE_INFINITY,
  tested: undefined,
};

/** The part of the configuration that decisions depend on. */
export interface DecisionSettings {
  readonly clusterId: string;
  readonly allowedServers: readonly string[];
  readonly extraConfigurationKeys: readonly string[];
  readonly allowedSecretMetadata: readonly string[];
  readonly allowedEventHosts: readonly HostPattern[];
  /** `<externalUrl>/oauth/callback`, where the operator has a public address. */
  readonly ownCallbackUrl: string | undefined;
  /** How long a create may be under way, and how long a list may lag behind it. */
  readonly createDeadlineMs: number;
  readonly searchGraceMs: number;
  /** How long after it was sent a create may still take effect at Open Connectors. */
  readonly lateCommitWindowMs: number;
  /** How long an authorization code is accepted by the provider. */
  readonly codeLifetimeMs: number;
  /** When Keap ends XML-RPC (wall clock); `Infinity`: never. */
  readonly legacyApiEndMs: number;
  /** How often an instance is asked whether its grant still works. */
  readonly pingIntervalMs: number;
  /** After which time a first failing call is repeated, before anything follows from it. */
  readonly authorizationRecheckMs: number;
  /** How long failures of a single client_id count as an outage of the provider. */
  readonly providerOutageLimitMs: number;
}

/** What was gathered of one resource, before anything is derived from it. */
export interface Observation {
  /** Wall clock, milliseconds since the epoch. */
  readonly now: number;
  readonly settings: DecisionSettings;
  readonly connector: InfusionsoftConnector;
  /** What is wrong with the spec. While there is anything, nothing is derived from the rest of the spec. */
  readonly violations: readonly Violation[];
  readonly tags: OwnerTags;
  readonly account: AccountView;
  /** The Secrets of the resource by name. */
  readonly facts: ReadonlyMap<string, SecretFact>;
  readonly external: ExternalFacts;
  /** The write-ahead record as the annotation holds it. */
  readonly storedRecord: WriteAheadRecord | undefined;
  readonly memory: Memory;
  readonly log: ActionLog;
  /** Evidence about a failing call; empty before the account was verified in this reconcile. */
  readonly peers: readonly Peer[];
  /** Older resources of this cluster, as `<namespace>/<name>`, that claim the same instance by `importId`. */
  readonly claimants: readonly string[];
  /** Deleted resources with a tombstone: an instance with such a uid is deleted as soon as it is found. */
  readonly deletedUids: ReadonlySet<string>;
  /** An edit, a changed Secret or account, or `reconcile-at` triggered this reconcile. A waiting retry is then due. */
  readonly triggered: boolean;
}

/** The instance that the resource works with. */
export interface ChosenInstance {
  readonly id: number;
  /** `undefined`: not read yet. */
  readonly instance: Instance | 'not-found' | undefined;
}

/** The instances that concern the resource, by their owner; lowest id first. */
export interface ConnectorInstances {
  /** All that exist. */
  readonly present: readonly Instance[];
  /** Those with the uid of this resource, of whatever element. */
  readonly created: readonly Instance[];
  /** Those of the same cluster, namespace and name but another uid: what a restored backup finds. Without those of a deleted resource. */
  readonly restorable: readonly Instance[];
  readonly chosen: ChosenInstance | undefined;
  /**
   * The instance that applications use while another one takes its place: the switch to `chosen` is still to come, or
   * `chosen` is still to be created. `undefined` where applications use the chosen one.
   */
  readonly inUse: ChosenInstance | undefined;
}

/** The input of `decide`. A plain value: the same input always leads to the same action. */
export interface ConnectorInput extends Observation {
  readonly secrets: ConnectorSecrets;
  /** The write-ahead record, with its outcome as this process remembers it. */
  readonly record: WriteAheadRecord | undefined;
  readonly instances: ConnectorInstances;
  /** The callback URL of the OAuth app: the resource's, else the operator's own. */
  readonly callbackUrl: string | undefined;
  /** A user can give the consent on the operator's own page. */
  readonly offersPage: boolean;
}
