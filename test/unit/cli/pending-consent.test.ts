import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPending, keepPending } from '../../../src/cli/authorize/pending-consent.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('a pending consent', () => {
  const key = { server: 'https://k.example.com', namespace: 'team-a', name: 'crm', uid: 'u1' };
  const clock = new VirtualClock();
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'pending-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));
  const context = (env: Record<string, string> = {}, platform: NodeJS.Platform = 'linux') => ({
    env,
    home,
    clock,
    platform,
  });
  const fileIn = async (folder: string): Promise<string> => join(folder, (await readdir(folder))[0] ?? '');
  const defaultFolder = () => join(home, '.local', 'state', 'kubectl-openconnectors');

  it('is stored as hashes, readable by its user only', async () => {
    await keepPending(context(), key, { state: 'the-state-of-it', requestHash: 'hash' });
    const file = await fileIn(defaultFolder());
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(defaultFolder())).mode & 0o777).toBe(0o700);
    expect(await readFile(file, 'utf8')).not.toContain('the-state-of-it');
    const pending = await findPending(context(), key);
    expect(pending?.requestHash).toBe('hash');
    expect(pending?.isOurState('the-state-of-it')).toBe(true);
    expect(pending?.isOurState('the-state-of-if')).toBe(false);
    expect(pending?.isOurState('')).toBe(false);
  });

  it('is found for the same resource in the same cluster only', async () => {
    await keepPending(context(), key, { state: 's', requestHash: 'hash' });
    for (const other of [
      { uid: 'u2' },
      { namespace: 'team-b' },
      { name: 'b' },
      { server: 'https://l.example.com' },
    ]) {
      expect(await findPending(context(), { ...key, ...other })).toBeUndefined();
    }
  });

  it('is removed by forget, and expires after 15 minutes', async () => {
    await keepPending(context(), key, { state: 's', requestHash: 'hash' });
    await (await findPending(context(), key))?.forget();
    expect(await findPending(context(), key)).toBeUndefined();
    await keepPending(context(), key, { state: 's', requestHash: 'hash' });
    await clock.advance(15 * 60_000 + 1);
    expect(await findPending(context(), key)).toBeUndefined();
  });

  it('is not read from an invalid file', async () => {
    const env = { XDG_STATE_HOME: join(home, 'state') };
    await keepPending(context(env), key, { state: 's', requestHash: 'hash' });
    const file = await fileIn(join(home, 'state', 'kubectl-openconnectors'));
    for (const text of ['', '{', '[]', '{"state":1,"requestHash":"hash","expiresAt":9e15}']) {
      await writeFile(file, text);
      expect(await findPending(context(env), key)).toBeUndefined();
    }
  });

  it.each([
    ['%LOCALAPPDATA%', (folder: string) => ({ LOCALAPPDATA: join(folder, 'Local') }), ['Local']],
    ['the home folder without it', () => ({}), ['AppData', 'Local']],
  ] as const)('is stored below %s on Windows', async (_name, env, path) => {
    const windows = context(env(home), 'win32');
    await keepPending(windows, key, { state: 's', requestHash: 'hash' });
    expect(await readdir(join(home, ...path, 'kubectl-openconnectors'))).toHaveLength(1);
    expect((await findPending(windows, key))?.requestHash).toBe('hash');
  });
});
