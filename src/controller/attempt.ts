import { z } from 'zod';

/** How many spent credentials an attempt remembers besides its own. */
const REMEMBERED = 10;

const attemptSchema = z.object({
  credential: z.string().min(1).max(128),
  at: z.iso.datetime(),
  client: z.string().max(128).optional(),
  spent: z.array(z.string().max(128)).max(REMEMBERED).default([]),
});

/**
 * The write-ahead record of a grant (code or refresh token) that is about to be sent. It is written to the resource
 * before the grant leaves, because the remote side has no idempotency key: whoever finds it after a crash knows that an
 * instance may exist, and that this grant must never be sent again.
 */
export interface Attempt {
  /** Fingerprint of the grant. */
  readonly credential: string;
  /** When it was written, RFC 3339. */
  readonly at: string;
  /** Fingerprint of the OAuth client that the grant belongs to. */
  readonly client?: string | undefined;
  /** Fingerprints of grants sent before, newest first. */
  readonly spent: readonly string[];
}

/** Reads the annotation. `undefined` where there is none or where somebody put something else there. */
export function parseAttempt(annotation: string | undefined): Attempt | undefined {
  if (annotation === undefined) {
    return undefined;
  }
  try {
    return attemptSchema.parse(JSON.parse(annotation));
  } catch {
    // Not ours to repair: without a readable record no grant counts as sent, and the inventory still finds instances.
    return undefined;
  }
}

/** The record for sending `credential` now, remembering what was sent before. */
export function nextAttempt(
  previous: Attempt | undefined,
  credential: string,
  client: string | undefined,
  now: number,
): Attempt {
  const sent = previous === undefined ? [] : [previous.credential, ...previous.spent];
  return {
    credential,
    at: new Date(now).toISOString(),
    client,
    spent: sent.filter((hash) => hash !== credential).slice(0, REMEMBERED),
  };
}

/** The annotation's text. */
export function formatAttempt(attempt: Attempt): string {
  return JSON.stringify(attempt);
}

/** Whether a grant with this fingerprint was ever announced as sent. */
export function wasSent(attempt: Attempt | undefined, credential: string): boolean {
  return attempt !== undefined && (attempt.credential === credential || attempt.spent.includes(credential));
}
