import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sameHash } from '../../authorization/one-time-code.ts';
import { CONSENT_TTL_MS, tokenHash } from '../../authorization/state-token.ts';
import type { CliContext } from '../context.ts';

// A run that gets no address leaves behind that a consent was begun, for a later run with --redirected-url. It keeps
// hashes only: whoever reads the file learns nothing that would be accepted here.

/** The connector that a consent was begun for. */
export interface PendingKey {
  /** Address of the API server. */
  readonly server: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

const recordSchema = z.object({
  /** Hash of the state, base64. */
  state: z.string(),
  /** `subjectHash` of what was shown to the person. */
  subject: z.string(),
  /** Wall clock, milliseconds. */
  expiresAt: z.number(),
});

/** A consent that was begun by an earlier run. */
export interface Pending {
  readonly subject: string;
  readonly isOurState: (state: string) => boolean;
  /** To be called once its answer is used: none is used twice. */
  forget(): Promise<void>;
}

type Context = Pick<CliContext, 'env' | 'home' | 'clock'>;

/** Remembers a consent for as long as the consent pages would. Throws what the file system throws. */
export async function keepPending(
  context: Context,
  key: PendingKey,
  { state, subject }: { readonly state: string; readonly subject: string },
): Promise<void> {
  const record: z.infer<typeof recordSchema> = {
    state: tokenHash(state).toString('base64'),
    subject,
    expiresAt: context.clock.now() + CONSENT_TTL_MS,
  };
  await mkdir(folderOf(context), { recursive: true, mode: 0o700 });
  await writeFile(fileOf(context, key), JSON.stringify(record), { mode: 0o600 });
}

/** The consent that an earlier run has begun; `undefined`: there is none, or it is too old. */
export async function findPending(context: Context, key: PendingKey): Promise<Pending | undefined> {
  const file = fileOf(context, key);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const { data: record } = recordSchema.safeParse(text === undefined ? undefined : parseJson(text));
  if (record === undefined || record.expiresAt < context.clock.now()) {
    return undefined;
  }
  return {
    subject: record.subject,
    isOurState: (state) => sameHash(Buffer.from(record.state, 'base64'), tokenHash(state)),
    forget: () => rm(file, { force: true }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Whatever stands there, it is no record of ours.
  }
}

/** By the XDG Base Directory Specification. */
function folderOf({ env, home }: Context): string {
  const base = env['XDG_STATE_HOME'] ?? '';
  return join(base === '' ? join(home, '.local', 'state') : base, 'kubectl-openconnectors');
}

function fileOf(context: Context, { server, namespace, name, uid }: PendingKey): string {
  const id = createHash('sha256')
    .update(JSON.stringify([server, namespace, name, uid]))
    .digest('hex');
  return join(folderOf(context), `${id.slice(0, 32)}.json`);
}
