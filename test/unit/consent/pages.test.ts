import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { HALTS } from '../../../src/authorization/halt.ts';
import { escapeHtml, html } from '../../../src/consent/http/html.ts';
import { formatResult, readResult } from '../../../src/consent/pages/result.ts';
import { FailedPreconditionError } from '../../../src/consent/source.ts';
import { RemoteError } from '../../../src/openconnectors/errors/remote-error.ts';
import { CODE, callback, createStage, START, type Stage, stateOf } from '../../support/consent/stage.ts';
import { type Reply, textOf, type Visitor } from '../../support/consent/visitor.ts';

/** Every kind of page, from a consent with failures. */
async function everyPage(): Promise<{ stage: Stage; replies: Reply[]; secrets: string[] }> {
  const stage = createStage();
  const visitor = stage.visitor();
  const replies: Reply[] = [];
  const get = async (who: Visitor, url: string): Promise<Reply> => {
    const reply = await who.get(url);
    replies.push(reply);
    return reply;
  };
  await get(visitor, START);
  replies.push(await visitor.enter(START, 'WRONG'));
  const { review, provider } = await visitor.begin(START, CODE);
  replies.push(review);
  const state = stateOf(provider);
  const cookie = visitor.jar.get('__Host-connect-consent') ?? '';
  await get(stage.visitor(), callback({ code: 'stolen-code', state }));
  const back = await get(visitor, callback({ code: 'the-secret-code', state }));
  await get(visitor, back.headers.get('location') ?? '');
  await get(visitor, `${START}/review`);
  stage.precondition = new FailedPreconditionError('suspended');
  replies.push(await visitor.enter(START, CODE));
  stage.precondition = new RemoteError('unavailable', 'remote words');
  replies.push(await visitor.enter(START, CODE));
  stage.precondition = new Error('internal words');
  replies.push(await visitor.enter(START, CODE));
  await get(visitor, 'https://connect.example.com/nothing');
  return { stage, replies, secrets: [state, cookie, CODE, 'the-secret-code', 'stolen-code'] };
}

describe('every response', () => {
  test('has the security headers', async () => {
    const { replies } = await everyPage();
    for (const { headers } of replies) {
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
      );
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}$/);
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      for (const cookie of headers.getSetCookie()) {
        expect(cookie).toMatch(/^__Host-[\w-]+=[^;]*; Max-Age=\d+; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
      }
    }
  });

  test('contains no secret, state, code or cookie, nor does any log line', async () => {
    const { stage, secrets } = await everyPage();
    for (const secret of secrets) {
      for (const text of [...stage.pages, ...stage.lines]) {
        expect(text).not.toContain(secret);
      }
    }
    expect(stage.pages.length).toBeGreaterThan(10);
  });

  test('shows no text of an external or unexpected error', async () => {
    const { stage } = await everyPage();
    const all = stage.pages.join();
    expect(all).not.toContain('remote words');
    expect(all).not.toContain('internal words');
    expect(textOf(all)).toContain(`The connector ${HALTS.suspended}`);
    expect(textOf(all)).toContain('SAP Open Connectors is not reachable at the moment');
  });

  test('has no script and no external content', async () => {
    const { stage } = await everyPage();
    for (const text of stage.pages) {
      expect(text).not.toMatch(/<script|<iframe|<img|<link|@import|url\(|\son\w+=|javascript:/i);
      const addresses = [...text.matchAll(/(?:href|action|src)="([^"]+)"/g)].map(([, address]) => address);
      expect(addresses.filter((address) => !address?.startsWith('https://connect.example.com/'))).toEqual([]);
    }
  });

  test('has the one style sheet of the policy', async () => {
    const { replies } = await everyPage();
    for (const { headers, body } of replies.filter(({ body: text }) => text.startsWith('<!doctype'))) {
      const [, style = ''] = /<style>(.*?)<\/style>/s.exec(body) ?? [];
      const hash = createHash('sha256').update(style).digest('base64');
      expect(headers.get('content-security-policy')).toContain(`'sha256-${hash}'`);
      expect(body).not.toContain(' style="');
    }
  });

  test('is a page in English, for phones, with one heading', async () => {
    const { stage } = await everyPage();
    for (const text of stage.pages.filter((page) => page.startsWith('<!doctype'))) {
      expect(text).toContain('<html lang="en">');
      expect(text).toContain('name="viewport" content="width=device-width, initial-scale=1"');
      expect(text.match(/<h1>/g)).toHaveLength(1);
      expect(text.match(/<main>/g)).toHaveLength(1);
      expect(text).toMatch(/<title>[^<]{5,}<\/title>/);
    }
  });
});

describe('text', () => {
  const hostile = `"><script>alert('x')</script>&`;

  test('is escaped from every source', async () => {
    const stage = createStage();
    stage.clientId = hostile;
    stage.server = hostile;
    stage.authorizeUrl = (state) => `https://signin.example.net/?state=${state}`;
    const visitor = stage.visitor();
    const { review, provider } = await visitor.begin(START, CODE);
    expect(review.body).toContain(escapeHtml(hostile));
    await visitor.get(callback({ code: 'c', state: stateOf(provider) }));
    await visitor.get('https://connect.example.com/oauth/done');
    expect(stage.pages.join()).not.toContain('<script');
  });

  test('becomes markup only through the template', () => {
    expect(
      html`<p title="${hostile}">${hostile}${undefined}${html`<b>${'&'}</b>`}${[html`<i></i>`]}</p>`.text,
    ).toBe(`<p title="${escapeHtml(hostile)}">${escapeHtml(hostile)}<b>&amp;</b><i></i></p>`);
    expect(escapeHtml(hostile)).not.toMatch(/[<>"']/);
  });
});

describe('the result page', () => {
  test('requires a valid result cookie', async () => {
    const stage = createStage();
    const visitor = stage.visitor();
    expect((await visitor.get('https://connect.example.com/oauth/done')).status).toBe(400);
    for (const forged of [
      'x',
      formatResult({ outcome: 'granted', namespace: '../', name: 'x', apiHost: 'h' }),
    ]) {
      visitor.jar.set('__Host-connect-result', forged);
      expect((await visitor.get('https://connect.example.com/oauth/done')).status).toBe(400);
    }
  });

  test('reads what it wrote and nothing else', () => {
    const result = { outcome: 'access_denied', namespace: 'a', name: 'b', apiHost: 'h' } as const;
    expect(readResult(formatResult(result))).toEqual(result);
    expect(readResult(Buffer.from('{"outcome":"other"}').toString('base64url'))).toBeUndefined();
  });
});
