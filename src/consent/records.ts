import { z } from 'zod';
import type { InfusionsoftConnector } from '../api/connector.ts';
import { consentSecretNameOf } from '../api/defaults.ts';
import { CONSENT_SECRET_TYPES } from '../api/group.ts';
import { isKubeError } from '../kube/client/errors.ts';
import { decodeValue } from '../secrets/secret-data.ts';
import type { SecretFact } from '../secrets/secret-fact.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { NamespacedName } from './connector-name.ts';

const KEY = 'record';

/** What the pages show of a consent. All of it is part of the consent request, or of the resource. */
const factsSchema = z.object({
  server: z.string().optional(),
  connector: z.string(),
  /** Host of the account's API. */
  apiHost: z.string(),
  /** Name of the OpenConnectorsAccount; absent: the default account. */
  account: z.string().optional(),
  clientId: z.string(),
  scope: z.string(),
  connectionSecret: z.string(),
});

const recordSchema = z.object({
  uid: z.string(),
  /** `consentRequestHash` of the request that the user sees. */
  consent: z.string(),
  /** `tokenHash` of the cookie and of the state. */
  cookie: z.string(),
  state: z.string(),
  /** Contains the state. */
  authorizeUrl: z.string(),
  /** Milliseconds since the epoch. */
  expiresAt: z.int(),
  facts: factsSchema,
});

export type ConsentFacts = z.infer<typeof factsSchema>;

/** A pending consent. */
export type ConsentRecord = z.infer<typeof recordSchema>;

/** A record with its version, which is needed to consume it. */
export interface StoredRecord {
  readonly record: ConsentRecord;
  readonly resourceVersion: string;
}

/** Another Secret has the required name. */
export class NameTakenError extends Error {
  override readonly name = 'NameTakenError';
  readonly secretName: string;

  constructor(secretName: string) {
    super(`Secret "${secretName}" exists and is not managed by this resource`);
    this.secretName = secretName;
  }
}

/** The record in a Secret; `undefined` where it is invalid, or of another resource than the owner. */
export function parseRecord(fact: SecretFact): StoredRecord | undefined {
  const encoded = fact.state === 'read' ? fact.data[KEY] : undefined;
  if (fact.state !== 'read' || encoded === undefined) {
    return undefined;
  }
  const text = decodeValue(encoded);
  const { data: record } = jsonText.pipe(recordSchema).safeParse(text);
  return record !== undefined && fact.owners.includes(record.uid)
    ? { record, resourceVersion: fact.resourceVersion }
    : undefined;
}

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('is not JSON');
    return z.NEVER;
  }
});

/** The records of all connectors, one for each: a new consent replaces the pending one. */
export class ConsentRecords {
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** Name of the Secret with the record of a connector. */
  nameFor({ name }: NamespacedName): string {
    return consentSecretNameOf({ metadata: { name } });
  }

  async read(target: NamespacedName, signal: AbortSignal): Promise<StoredRecord | undefined> {
    return parseRecord(await this.#secrets.read(target.namespace, this.nameFor(target), signal));
  }

  /** Stores `record` and replaces a pending one. Throws `NameTakenError` and `KubeError`. */
  async write(owner: InfusionsoftConnector, record: ConsentRecord, signal: AbortSignal): Promise<void> {
    await writeOwned(
      this.#secrets,
      {
        owner,
        name: consentSecretNameOf(owner),
        type: CONSENT_SECRET_TYPES.record,
        data: { [KEY]: JSON.stringify(record) },
      },
      signal,
    );
  }

  /** Deletes the record. Of concurrent calls in all replicas exactly one returns true. Throws `KubeError`. */
  async consume(target: NamespacedName, version: string, signal: AbortSignal): Promise<boolean> {
    const name = this.nameFor(target);
    return (await this.#secrets.remove(target.namespace, name, version, signal)) === 'removed';
  }
}

/** Creates a Secret, or replaces the data of one that the same resource owns. Throws `NameTakenError` and `KubeError`. */
export async function writeOwned(
  secrets: Secrets,
  secret: Parameters<Secrets['create']>[0],
  signal: AbortSignal,
): Promise<void> {
  try {
    await secrets.create(secret, signal);
  } catch (error) {
    if (!isKubeError(error, 'already-exists')) {
      throw error;
    }
    const { owner, name } = secret;
    const fact = await secrets.read(owner.metadata.namespace, name, signal);
    if (fact.state === 'absent' || !fact.owners.includes(owner.metadata.uid)) {
      throw new NameTakenError(name);
    }
    await secrets.update(secret, fact, signal);
  }
}
