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

/** What the pages tell about a consent. All of it is part of the subject, or follows from the resource. */
const factsSchema = z.object({
  server: z.string().optional(),
  connector: z.string(),
  /** Host of the account's API. */
  apiHost: z.string(),
  /** Name of the OpenConnectorsAccount; absent: the operator's own. */
  account: z.string().optional(),
  clientId: z.string(),
  scope: z.string(),
  connectionSecret: z.string(),
});

const recordSchema = z.object({
  uid: z.string(),
  /** `subjectHash` of what is consented to. */
  consent: z.string(),
  /** Hash of the cookie of the browser that began it, and of the state that comes back; base64. */
  cookie: z.string(),
  state: z.string(),
  /** The provider's page, with the state in it. */
  authorizeUrl: z.string(),
  /** Milliseconds since the epoch. */
  expiresAt: z.int(),
  facts: factsSchema,
});

export type ConsentFacts = z.infer<typeof factsSchema>;

/** The server side of a consent in progress. */
export type ConsentRecord = z.infer<typeof recordSchema>;

/** A record as it stands in the cluster: only who has its version can use it up. */
export interface StoredRecord {
  readonly record: ConsentRecord;
  readonly resourceVersion: string;
}

/** Another Secret has the name that the record needs. */
export class NameTakenError extends Error {
  override readonly name = 'NameTakenError';
  readonly secretName: string;

  constructor(secretName: string) {
    super(`Secret "${secretName}" was not made by the operator for this purpose`);
    this.secretName = secretName;
  }
}

/** Reads a record out of its Secret; `undefined` where it holds none of the resource that owns it. */
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

/** The records of all connectors, one for each: a consent that is begun ends the one before. */
export class ConsentRecords {
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** Name of the Secret of a connector's record. */
  nameFor({ name }: NamespacedName): string {
    return consentSecretNameOf({ metadata: { name } });
  }

  async read(target: NamespacedName, signal: AbortSignal): Promise<StoredRecord | undefined> {
    return parseRecord(await this.#secrets.read(target.namespace, this.nameFor(target), signal));
  }

  /** Stores `record` in place of whatever consent was begun before. Throws `NameTakenError`. */
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

  /** Uses the record up. Of all who try, in whatever replica, exactly one gets `true`. */
  async consume(target: NamespacedName, version: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#secrets.remove(target.namespace, this.nameFor(target), version, signal);
      return true;
    } catch (error) {
      if (isKubeError(error, 'not-found', 'conflict')) {
        return false;
      }
      throw error;
    }
  }
}

/** Makes a Secret, or replaces the content of one that belongs to the same resource. Throws `NameTakenError`. */
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
    await secrets.update(secret, fact.resourceVersion, signal);
  }
}
