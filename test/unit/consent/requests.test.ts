import { describe, expect, test } from 'vitest';
import { CODE, callback, createStage, RECORD, START } from '../../support/consent/stage.ts';
import { expectRefused, waiting } from '../../support/consent/waiting.ts';

describe('a request', () => {
  const probes = ['/connect/team-a/crm', '/connect/team-a/crm/review', '/oauth/callback', '/oauth/done'];

  test.each(['HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('is refused with method %s', async (method) => {
    const { stage, visitor, state } = await waiting();
    for (const path of probes) {
      expectRefused(stage, await visitor.send(method, `https://connect.example.com${path}`, {}, undefined));
    }
    expectRefused(stage, await visitor.send(method, callback({ code: 'c', state }), {}, undefined));
    expectRefused(stage, await visitor.post(callback({ code: 'c', state }), {}));
    expect(new Set(stage.outcomes.slice(1))).toEqual(new Set(['refused-method']));
    expect(stage.secrets.values('team-a', RECORD)).toBeDefined();
  });

  test.each([
    [{ 'sec-purpose': 'prefetch' }],
    [{ 'sec-purpose': 'prefetch;prerender' }],
    [{ purpose: 'prefetch' }],
    [{ 'x-moz': 'prefetch' }],
  ])('is refused as a prefetch and consumes nothing: %o', async (headers) => {
    const { stage, visitor, state } = await waiting();
    expectRefused(stage, await visitor.get(callback({ code: 'c', state }), headers));
    expect(stage.outcomes.at(-1)).toBe('refused-prefetch');
    expect((await visitor.get(callback({ code: 'c', state }))).status).toBe(303);
  });

  test.each(['iframe', 'image', 'empty', 'script'])('is refused when embedded as %s', async (dest) => {
    const { stage, visitor, state } = await waiting();
    const reply = await visitor.get(callback({ code: 'c', state }), { 'sec-fetch-dest': dest });
    expectRefused(stage, reply);
    expect(stage.outcomes.at(-1)).toBe('refused-embedded');
  });

  test.each([
    ['a repeated field', `form=F&code=${CODE}&code=${CODE}`, 'application/x-www-form-urlencoded'],
    ['another content type', `{"code":"${CODE}"}`, 'application/json'],
    [
      'a body that is too long',
      `form=F&code=${CODE}&x=${'x'.repeat(7_000)}`,
      'application/x-www-form-urlencoded',
    ],
    ['a field that is too long', `form=F&code=${'x'.repeat(2_049)}`, 'application/x-www-form-urlencoded'],
  ])('is refused with %s', async (_what, body, type) => {
    const stage = createStage();
    const visitor = stage.visitor();
    const page = await visitor.get(START);
    const [, form = ''] = /name="form" value="([^"]+)"/.exec(page.body) ?? [];
    const reply = await visitor.send('POST', START, { 'content-type': type }, body.replace('=F', `=${form}`));
    expectRefused(stage, reply);
    expect(stage.outcomes).toEqual(['refused-malformed']);
  });

  test.each([
    '/',
    '/connect',
    '/connect/a',
    '/connect/A/b',
    '/connect/a/b/c',
    '/connect/%2e%2e/x',
    '/favicon.ico',
  ])('finds no page for %s', async (path) => {
    const stage = createStage();
    expect((await stage.visitor().get(`https://connect.example.com${path}`)).status).toBe(404);
    expect(stage.outcomes).toEqual([]);
  });
});
