import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { textIn } from '../../../src/cli/authorize/consent-request.ts';
import { renderNotice, renderSteps } from '../../../src/cli/authorize/notice.ts';
import { AUTHORIZE_FLAGS, readOptions } from '../../../src/cli/authorize/options.ts';
import { findPending, keepPending } from '../../../src/cli/authorize/pending.ts';
import { isNamed, patchCommand, placeFor } from '../../../src/cli/authorize/place.ts';
import { problemOf } from '../../../src/cli/errors.ts';
import { readArguments } from '../../../src/cli/input/arguments.ts';
import { account } from '../../support/builders/account.ts';
import { CALLBACK, connector } from '../../support/builders/connector.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const subject = {
  accountUid: 'default',
  baseUrl: '',
  connector: 'infusionsoftrest',
  server: undefined,
  clientId: 'id with & and =',
  callbackUrl: CALLBACK,
  scope: 'full',
};
const bare = { authorizationCodeSecretRef: undefined };
const nothing = { secretName: undefined, key: undefined };

describe('the place for the code', () => {
  test('is the one that the spec names', () => {
    expect(placeFor(connector(), nothing)).toEqual({ kind: 'named', secretName: 'crm-code', key: 'code' });
    const ref = { name: 'x', key: 'y' };
    expect(placeFor(connector({ oauth: { authorizationCodeSecretRef: ref } }), nothing)).toMatchObject({
      secretName: 'x',
      key: 'y',
    });
  });

  test('is no other than the spec names', () => {
    expect(() => placeFor(connector(), { secretName: 'other', key: undefined })).toThrow('crm-code');
    expect(() => placeFor(connector(), { secretName: undefined, key: 'other' })).toThrow('crm-code');
    expect(placeFor(connector(), { secretName: 'crm-code', key: 'code' })).toMatchObject({ kind: 'named' });
  });

  test('can be offered, with the command that names it', () => {
    const waiting = connector({ oauth: bare });
    const place = placeFor(waiting, { secretName: 'mine', key: 'the.code' });
    expect(place).toEqual({ kind: 'offered', secretName: 'mine', key: 'the.code' });
    expect(patchCommand(waiting, place)).toBe(
      `kubectl patch ifc crm -n team-a --type merge -p '{"spec":{"oauth":{"authorizationCodeSecretRef":{"name":"mine","key":"the.code"}}}}'`,
    );
    expect(isNamed(waiting, place)).toBe(false);
    const ref = { name: 'mine', key: 'the.code' };
    expect(isNamed(connector({ oauth: { authorizationCodeSecretRef: ref } }), place)).toBe(true);
  });

  test('is missing where there is a page, a refresh token, or nothing', () => {
    const hints = (change: Parameters<typeof connector>[0]): string => {
      try {
        placeFor(connector(change), nothing);
      } catch (error) {
        return problemOf(error).lines.join('\n');
      }
      throw new Error('a place was found');
    };
    const startUrl = 'https://c.example.com/connect/team-a/crm';
    const page = hints({
      oauth: bare,
      status: { authorization: { startUrl, codeSecretName: 'crm-enrolment' } },
    });
    expect(page).toContain(startUrl);
    expect(page).toContain('crm-enrolment');
    const token = hints({ oauth: { ...bare, refreshTokenSecretRef: { name: 'crm-token' } } });
    expect(token).toContain('crm-token');
    expect(token).toContain('"refreshTokenSecretRef":null');
    expect(hints({ oauth: bare })).toContain('--secret crm-code');
  });
});

describe('the notice', () => {
  test('says who asks, and whose data goes where', () => {
    const lines = renderNotice({
      connector: connector(),
      cluster: 'prod (https://k.example.com)',
      subject: { ...subject, connector: 'infusionsoftcrm', server: 'dt123.infusionsoft.com' },
      account: account(),
    }).join('\n');
    for (const fact of [
      'crm (infusionsoftcrm) in namespace team-a',
      'prod (https://k.example.com)',
      'dt123.infusionsoft.com: all contacts',
      'scope "full"',
      'account sap',
      'Secret "crm-connection"',
      'id with & and =',
      CALLBACK,
    ]) {
      expect(lines).toContain(fact);
    }
  });

  test('does not claim to know what it cannot know', () => {
    const lines = renderNotice({ connector: connector(), cluster: 'c', subject, account: undefined });
    expect(lines.join('\n')).toContain('the Infusionsoft account that you sign in to');
    expect(lines.join('\n')).toContain("the operator's own account");
    expect(renderSteps(subject, 'https://x.example.com/?a').join('\n')).toMatch(
      /leads to x\.example\.com.*choose the account that you mean/,
    );
  });
});

test('a value that cannot be used is named by its place alone', () => {
  const data = {
    good: Buffer.from('value\n').toString('base64'),
    bad: Buffer.from('two\nlines').toString('base64'),
  };
  expect(textIn(data, 's', 'good')).toBe('value');
  expect(() => textIn(data, 's', 'bad')).toThrow(
    /^Key "bad" of Secret "s" contains control characters or several lines/,
  );
  expect(() => textIn(data, 's', 'none')).toThrow('Key "none" of Secret "s" is not there');
});

describe('the command line', () => {
  const read = (...argv: string[]) => readOptions(readArguments(argv, AUTHORIZE_FLAGS), 'crm');

  test('has its defaults', () => {
    expect(read()).toEqual({
      name: 'crm',
      secretName: undefined,
      key: undefined,
      callbackUrl: undefined,
      redirectedUrl: undefined,
      authorizeUrl: 'https://accounts.infusionsoft.com/app/oauth/authorize',
      timeoutMs: 300_000,
    });
  });

  test.each([
    ['--timeout=0s'],
    ['--timeout=soon'],
    ['--callback-url=http://connect.example.com/'],
    ['--secret=Not_A_Name'],
    ['--key=a/b'],
    ['--authorize-url=http://localhost/authorize'],
    ['--authorize-url=https://me@localhost/authorize'],
    ['--authorize-url=https://localhost/authorize?client_id=x'],
    ['--authorize-url=https://localhost/authorize#x'],
    ['--authorize-url=localhost'],
  ])('is refused with %s', (flag) => {
    expect(() => read(flag)).toThrow(/^--/);
  });
});

describe('a consent that is finished later', () => {
  const key = { server: 'https://k.example.com', namespace: 'team-a', name: 'crm', uid: 'u1' };
  const clock = new VirtualClock();
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'pending-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));
  const context = (env: Record<string, string> = {}) => ({ env, home, clock });
  const fileIn = async (folder: string): Promise<string> => join(folder, (await readdir(folder))[0] ?? '');
  const usual = () => join(home, '.local', 'state', 'kubectl-openconnectors');

  test('is remembered by hashes, for nobody else', async () => {
    await keepPending(context(), key, { state: 'the-state-of-it', subject: 'hash' });
    const file = await fileIn(usual());
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(usual())).mode & 0o777).toBe(0o700);
    expect(await readFile(file, 'utf8')).not.toContain('the-state-of-it');
    const pending = await findPending(context(), key);
    expect(pending?.subject).toBe('hash');
    expect(pending?.isOurState('the-state-of-it')).toBe(true);
    expect(pending?.isOurState('the-state-of-if')).toBe(false);
    expect(pending?.isOurState('')).toBe(false);
  });

  test('is only found for the same resource in the same cluster', async () => {
    await keepPending(context(), key, { state: 's', subject: 'hash' });
    for (const other of [
      { uid: 'u2' },
      { namespace: 'team-b' },
      { name: 'b' },
      { server: 'https://l.example.com' },
    ]) {
      expect(await findPending(context(), { ...key, ...other })).toBeUndefined();
    }
  });

  test('is forgotten once it was used, and after 15 minutes', async () => {
    await keepPending(context(), key, { state: 's', subject: 'hash' });
    await (await findPending(context(), key))?.forget();
    expect(await findPending(context(), key)).toBeUndefined();
    await keepPending(context(), key, { state: 's', subject: 'hash' });
    await clock.advance(15 * 60_000 + 1);
    expect(await findPending(context(), key)).toBeUndefined();
  });

  test('is not believed from a file that is none of ours', async () => {
    const env = { XDG_STATE_HOME: join(home, 'state') };
    await keepPending(context(env), key, { state: 's', subject: 'hash' });
    const file = await fileIn(join(home, 'state', 'kubectl-openconnectors'));
    for (const text of ['', '{', '[]', '{"state":1,"subject":"hash","expiresAt":9e15}']) {
      await writeFile(file, text);
      expect(await findPending(context(env), key)).toBeUndefined();
    }
  });
});
