import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CONSENT_TTL_MS, matchesTokenHash, tokenHash } from '../../authorization/state-token.ts';
import type { CliContext } from '../context.ts';

// A run that ends without a redirect URL leaves a file for a later run with --redirected-url. It contains hashes only.

/** The connector of a consent. */
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
  requestHash: z.string(),
  /** Wall clock, milliseconds. */
  expiresAt: z.number(),
});

/** The consent of an earlier run. */
export interface PendingConsent {
  readonly requestHash: string;
  readonly isOurState: (state: string) => boolean;
  /** To be called before the code is used: a consent is used once. */
  forget(): Promise<void>;
}

type Context = Pick<CliContext, 'env' | 'home' | 'clock' | 'platform'>;

/** Stores a consent for `CONSENT_TTL_MS`. Throws errors of the file system. */
export async function keepPending(
  context: Context,
  key: PendingKey,
  { state, requestHash }: { readonly state: string; readonly requestHash: string },
): Promise<void> {
  const record: z.infer<typeof recordSchema> = {
    state: tokenHash(state),
    requestHash,
    expiresAt: context.clock.now() + CONSENT_TTL_MS,
  };
  await mkdir(folderOf(context), { recursive: true, mode: 0o700 });
  await writeFile(fileOf(context, key), JSON.stringify(record), { mode: 0o600 });
}

/** The consent of an earlier run; `undefined` where none was stored or it has expired. */
export async function findPending(context: Context, key: PendingKey): Promise<PendingConsent | undefined> {
  const file = fileOf(context, key);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const { data: record } = recordSchema.safeParse(text === undefined ? undefined : parseJson(text));
  if (record === undefined || record.expiresAt < context.clock.now()) {
    return undefined;
  }
  return {
    requestHash: record.requestHash,
    isOurState: (state) => matchesTokenHash(record.state, state),
    forget: () => rm(file, { force: true }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Invalid JSON counts as no record.
  }
}

/** By the XDG Base Directory Specification; on Windows the folder of the user's programs, which only the user can read. */
function folderOf({ env, home, platform }: Context): string {
  const [variable, path] =
    platform === 'win32'
      ? (['LOCALAPPDATA', ['AppData', 'Local']] as const)
      : (['XDG_STATE_HOME', ['.local', 'state']] as const);
  const base = env[variable] ?? '';
  return join(base === '' ? join(home, ...path) : base, 'kubectl-openconnectors');
}

function fileOf(context: Context, { server, namespace, name, uid }: PendingKey): string {
  const id = createHash('sha256')
    .update(JSON.stringify([server, namespace, name, uid]))
    .digest('hex');
  return join(folderOf(context), `${id.slice(0, 32)}.json`);
}
