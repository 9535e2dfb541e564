import { describe, expect, test } from 'vitest';
import { KubeError } from '../../../src/kube/client/errors.ts';
import { connector, UID } from '../../support/builders/connector.ts';
import {
  CODE,
  callback,
  createStage,
  GRANT,
  ONE_TIME_CODE,
  RECORD,
  START,
  stateOf,
} from '../../support/consent/stage.ts';
import { linkOf, locationOf, type Reply, textOf, type Visitor } from '../../support/consent/visitor.ts';
import { expectRefused, waiting } from '../../support/consent/waiting.ts';

const isWrite = (call: string): boolean => !call.startsWith('read');

describe('the form of the start page', () => {
  test('rejects a wrong code without a write or a call of Open Connectors', async () => {
    const stage = createStage();
    const reply = await stage.visitor().enter(START, 'WRONG-WRONG-WRONG-WRONG-WRONGX');
    expect(reply.status).toBe(400);
    expect(textOf(reply.body)).toContain('This code was not accepted');
    expect(stage.secrets.calls.filter(isWrite)).toEqual([]);
    expect(stage.remoteCalls).toBe(0);
    expect(stage.outcomes).toEqual(['wrong-code']);
  });

  test('does not reveal whether a connector exists', async () => {
    const stage = createStage();
    const other = 'https://connect.example.com/connect/team-b/nothing';
    const [here, there] = await Promise.all([
      stage.visitor().enter(START, 'WRONG'),
      stage.visitor().enter(other, 'WRONG'),
    ]);
    const neutral = (reply: Reply): string =>
      textOf(reply.body).replaceAll('team-b', 'team-a').replaceAll('nothing', 'crm');
    expect(neutral(there)).toBe(neutral(here));
    expect(there.status).toBe(here.status);
    expect(stage.secrets.calls.filter((call) => call.includes('team-b'))).toEqual([]);
  });

  test('rejects the code of a Secret that the resource does not own', async () => {
    const stage = createStage();
    stage.secrets.put('team-a', ONE_TIME_CODE, { code: CODE }, []);
    expect((await stage.visitor().enter(START, CODE)).status).toBe(400);
    stage.secrets.put('team-a', ONE_TIME_CODE, { code: CODE }, ['uid-of-another-resource']);
    expect((await stage.visitor().enter(START, CODE)).status).toBe(400);
    expect(stage.secrets.calls.filter(isWrite)).toEqual([]);
  });

  test('rejects the code of a resource that was deleted or recreated', async () => {
    const stage = createStage();
    stage.connector = connector({ metadata: { uid: 'another-uid' } });
    expect((await stage.visitor().enter(START, CODE)).status).toBe(400);
    stage.connector = undefined;
    expect((await stage.visitor().enter(START, CODE)).status).toBe(400);
    expect(stage.secrets.calls.filter(isWrite)).toEqual([]);
  });

  test('rejects a used code, also while the cache is stale', async () => {
    const stage = createStage();
    const visitor = stage.visitor();
    await visitor.enter(START, CODE);
    const before = stage.secrets.known('team-a', ONE_TIME_CODE);
    stage.secrets.cache = (_namespace, name) => (name === ONE_TIME_CODE ? before : { state: 'absent' });
    stage.secrets.take('team-a', ONE_TIME_CODE);
    expect((await visitor.enter(START, CODE)).status).toBe(400);
  });

  test.each([
    ['without the cookie of the form', (visitor: Visitor) => visitor.jar.clear()],
    [
      'with the cookie of another form',
      (visitor: Visitor) => visitor.jar.set('__Host-connect-form', 'x'.repeat(43)),
    ],
  ])('rejects the form of another browser, %s', async (_how, change) => {
    const stage = createStage();
    const [attacker, victim] = [stage.visitor(), stage.visitor()];
    const page = await attacker.get(START);
    await victim.get(START);
    change(victim);
    const [, form = ''] = /name="form" value="([^"]+)"/.exec(page.body) ?? [];
    const reply = await victim.post(START, { form, code: CODE });
    expectRefused(stage, reply);
    expect(victim.jar.has('__Host-connect-consent')).toBe(false);
    expect(stage.outcomes).toEqual(['refused-form']);
  });

  test.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'https://evil.example' }],
  ])('rejects a form that another site sends: %o', async (headers) => {
    const stage = createStage();
    const visitor = stage.visitor();
    const page = await visitor.get(START);
    const [, form = ''] = /name="form" value="([^"]+)"/.exec(page.body) ?? [];
    expectRefused(stage, await visitor.post(START, { form, code: CODE }, headers));
    const own = { origin: 'null', 'sec-fetch-site': 'same-origin' };
    expect((await visitor.post(START, { form, code: CODE }, own)).status).toBe(303);
  });
});

describe('the redirect to the provider', () => {
  test('requires the review page', async () => {
    const { stage, visitor } = await waiting();
    expectRefused(stage, await visitor.get(`${START}/go`));
    expectRefused(stage, await visitor.get(`${START}/go?confirm=guess`));
    expect(stage.outcomes).toEqual(['begun', 'refused-form', 'refused-form']);
  });

  test('rejects another browser', async () => {
    const { stage, visitor } = await waiting();
    const link = linkOf((await visitor.get(`${START}/review`)).body);
    expectRefused(stage, await stage.visitor().get(link));
    expectRefused(stage, await stage.visitor().get(`${START}/review`));
  });

  test('rejects a consent that another browser replaced, also while the cache is stale', async () => {
    const { stage, visitor, state } = await waiting();
    const shown = stage.secrets.known('team-a', RECORD);
    await visitor.get(`${START}/review`);
    const later = await stage.visitor(stage.replica()).begin(START, CODE);
    stage.secrets.cache = () => shown;
    expectRefused(stage, await visitor.get(`${START}/review`));
    expectRefused(stage, await visitor.get(callback({ code: 'c', state: stateOf(later.provider) })));
    expectRefused(stage, await visitor.get(callback({ code: 'c', state })));
    expect(stage.outcomes.slice(2)).toEqual(['refused-used', 'refused-used', 'refused-used']);
  });

  test.each([
    ['is not https', (state: string) => `http://signin.example.net/?state=${state}`],
    ['has another state', () => 'https://signin.example.net/?state=other'],
    ['has no state', () => 'https://signin.example.net/'],
    ['has two states', (state: string) => `https://signin.example.net/?state=${state}&state=${state}`],
    ['contains a user', (state: string) => `https://user@signin.example.net/?state=${state}`],
    ['has another client_id', (state: string) => `https://signin.example.net/?state=${state}&client_id=x`],
    [
      'has another redirect_uri',
      (state: string) => `https://signin.example.net/?state=${state}&redirect_uri=https://x`,
    ],
    ['is invalid', () => 'javascript:alert(1)'],
  ])('rejects an authorize URL that %s', async (_why, authorizeUrl) => {
    const stage = createStage();
    stage.authorizeUrl = authorizeUrl;
    const reply = await stage.visitor().enter(START, CODE);
    expect(reply.status).toBe(503);
    expect(textOf(reply.body)).toContain('returned an unexpected URL');
    expect(stage.secrets.values('team-a', RECORD)).toBeUndefined();
  });
});

describe('the callback', () => {
  test('rejects a browser that did not start the consent', async () => {
    const { stage, state } = await waiting();
    const victim = stage.visitor();
    expectRefused(stage, await victim.get(callback({ code: 'victims-code', state })));
    expect(stage.outcomes).toEqual(['begun', 'refused-cookie']);
  });

  test.each([
    ['that is invalid', () => 'nonsense'],
    ['with another secret', () => `${'A'.repeat(43)}.team-a/crm`],
    ['of another connector', (value: string) => value.replace('team-a/crm', 'team-a/other')],
    ['without a connector', (value: string) => value.replace('team-a/crm', '../../..')],
  ])('rejects a cookie %s', async (_what, forge) => {
    const { stage, visitor, state } = await waiting();
    const cookie = visitor.jar.get('__Host-connect-consent') ?? '';
    visitor.jar.set('__Host-connect-consent', forge(cookie));
    expectRefused(stage, await visitor.get(callback({ code: 'c', state })));
    expect(stage.outcomes.at(-1)).toBe('refused-cookie');
  });

  test('rejects two cookies of the same name', async () => {
    const { stage, visitor, state } = await waiting();
    const cookie = `__Host-connect-consent=${visitor.jar.get('__Host-connect-consent')}`;
    const reply = await visitor.get(callback({ code: 'c', state }), { cookie: `${cookie}; ${cookie}` });
    expectRefused(stage, reply);
  });

  test('rejects the state of another consent without consuming this one', async () => {
    const { stage, visitor, state } = await waiting();
    const other = createStage();
    const elsewhere = await other.visitor().begin(START, CODE);
    expect(stateOf(elsewhere.provider)).not.toBe('');
    expectRefused(stage, await visitor.get(callback({ code: 'c', state: 'B'.repeat(43) })));
    expect(stage.outcomes.at(-1)).toBe('refused-state');
    expect((await visitor.get(callback({ code: 'c', state }))).status).toBe(303);
  });

  test.each([
    ['immediately', false],
    ['while the cache still has the record', true],
  ])('rejects a replay %s', async (_when, lags) => {
    const { stage, visitor, state } = await waiting();
    const cookies = new Map(visitor.jar);
    if (lags) {
      const shown = stage.secrets.known('team-a', RECORD);
      stage.secrets.cache = () => shown;
    }
    await visitor.get(callback({ code: 'first', state }));
    for (const [name, value] of cookies) {
      visitor.jar.set(name, value);
    }
    const reply = await visitor.get(callback({ code: 'second', state }));
    expect(reply.status).toBe(400);
    expect(stage.secrets.values('team-a', GRANT)?.['code']).toBe('first');
    expect(stage.outcomes).toEqual(['begun', 'granted', lags ? 'refused-used' : 'refused-cookie']);
  });

  test('accepts one of two concurrent requests to two replicas', async () => {
    const { stage, visitor, state } = await waiting();
    const [one, two] = [stage.visitor(stage.replica()), stage.visitor(stage.replica())];
    for (const [name, value] of visitor.jar) {
      one.jar.set(name, value);
      two.jar.set(name, value);
    }
    // Both complete their checks before either consumes the record.
    const both = Promise.withResolvers<void>();
    let ready = 0;
    stage.secrets.before = async (call) => {
      if (call === `remove team-a/${RECORD}`) {
        ready += 1;
        if (ready === 2) {
          both.resolve();
        }
        await both.promise;
      }
    };
    const replies = await Promise.all([
      one.get(callback({ code: 'one', state })),
      two.get(callback({ code: 'two', state })),
    ]);
    expect(replies.map(({ status }) => status).sort()).toEqual([303, 400]);
    const won = replies[0]?.status === 303 ? 'one' : 'two';
    expect(stage.secrets.values('team-a', GRANT)?.['code']).toBe(won);
    expect(stage.outcomes.slice(1).sort()).toEqual(['granted', 'refused-used']);
  });

  test('rejects a response after 15 minutes, and not before', async () => {
    const late = await waiting();
    await late.stage.clock.advance(15 * 60_000);
    expectRefused(late.stage, await late.visitor.get(callback({ code: 'c', state: late.state })));
    expect(late.stage.outcomes.at(-1)).toBe('refused-late');

    const early = await waiting();
    await early.stage.clock.advance(15 * 60_000 - 1);
    expect((await early.visitor.get(callback({ code: 'c', state: early.state }))).status).toBe(303);
  });

  test('rejects a response for a resource that was deleted or recreated', async () => {
    const gone = await waiting();
    gone.stage.connector = undefined;
    expectRefused(gone.stage, await gone.visitor.get(callback({ code: 'c', state: gone.state })));
    expect(gone.stage.outcomes.at(-1)).toBe('refused-gone');

    const anew = await waiting();
    anew.stage.connector = connector({ metadata: { uid: 'another-uid' } });
    expectRefused(anew.stage, await anew.visitor.get(callback({ code: 'c', state: anew.state })));
    expect(anew.stage.outcomes.at(-1)).toBe('refused-gone');
  });

  test('accepts a response after an unrelated edit', async () => {
    const { stage, visitor, state } = await waiting();
    stage.connector = connector({
      metadata: { generation: 7, resourceVersion: '999' },
      spec: { missingPolicy: 'Report', instance: { tags: ['new'] } },
    });
    expect((await visitor.get(callback({ code: 'c', state }))).status).toBe(303);
    expect(stage.secrets.values('team-a', GRANT)?.['code']).toBe('c');
  });

  test.each([
    ['the Infusionsoft account', { server: 'other.infusionsoft.com' }],
    ['the OAuth app', { clientId: 'another-app' }],
  ])('rejects a response and deletes the record after an edit of %s', async (_what, edit) => {
    const { stage, visitor, state } = await waiting();
    Object.assign(stage, edit);
    expectRefused(stage, await visitor.get(callback({ code: 'c', state })));
    expect(stage.outcomes.at(-1)).toBe('refused-changed');
    expect(stage.secrets.values('team-a', RECORD)).toBeUndefined();
  });

  test.each([
    ['a request without state', { code: 'c' }],
    ['a request without code and error', { state: 'x' }],
    ['a request with code and error', { code: 'c', error: 'access_denied', state: 'x' }],
    ['an empty code', { code: '', state: 'x' }],
    ['a code with a line break', { code: 'a\nb', state: 'x' }],
    ['a code that is too long', { code: 'c'.repeat(2_049), state: 'x' }],
    ['a query that is too long', { code: 'c', state: 'x', other: 'o'.repeat(7_000) }],
  ])('rejects %s before it reads anything', async (_what, parameters: Record<string, string>) => {
    const { stage, visitor } = await waiting();
    const calls = stage.secrets.calls.length;
    expectRefused(stage, await visitor.get(callback(parameters)));
    expect(stage.outcomes.at(-1)).toBe('refused-malformed');
    expect(stage.secrets.calls.length).toBe(calls);
  });

  test.each(['code', 'state', 'error'])('rejects a repeated %s', async (name) => {
    const { stage, visitor, state } = await waiting();
    const twice = name === 'error' ? '&error=a&error=b' : `&code=c&${name}=${name === 'state' ? state : 'c'}`;
    expectRefused(stage, await visitor.get(`${callback({ state })}${twice}`));
    expect((await visitor.get(callback({ code: 'c', state }))).status).toBe(303);
  });

  test('neither shows nor overwrites another Secret with the name of the authorization code Secret', async () => {
    const { stage, visitor, state } = await waiting();
    stage.secrets.put('team-a', GRANT, { mine: 'somebody-elses' });
    const reply = await visitor.get(callback({ code: 'c', state }));
    expect(reply.status).toBe(503);
    expect(textOf(reply.body)).toContain(`Secret "${GRANT}" exists and is not managed by this resource`);
    expect(stage.secrets.values('team-a', GRANT)).toEqual({ mine: 'somebody-elses' });
  });

  test('consumes the record before it stores the response, so that a failure allows no second use', async () => {
    const { stage, visitor, state } = await waiting();
    stage.secrets.before = (call) => {
      if (call === `create team-a/${GRANT}`) {
        throw new KubeError('network', 'POST secrets: connection reset');
      }
    };
    expect((await visitor.get(callback({ code: 'c', state }))).status).toBe(503);
    stage.secrets.before = () => undefined;
    expect((await visitor.get(callback({ code: 'c', state }))).status).toBe(400);
    expect(stage.secrets.values('team-a', GRANT)).toBeUndefined();
  });

  test('can be reloaded after a failure of the API server', async () => {
    const { stage, visitor, state } = await waiting();
    stage.secrets.before = () => {
      throw new KubeError('timeout', 'GET secrets: no answer in time');
    };
    expect((await visitor.get(callback({ code: 'c', state }))).status).toBe(503);
    stage.secrets.before = () => undefined;
    expect((await visitor.get(callback({ code: 'c', state }))).status).toBe(303);
  });
});

describe('the Secrets of a consent', () => {
  test('do not overwrite another Secret with the name of the record, and the page shows the conflict', async () => {
    const stage = createStage();
    stage.secrets.put('team-a', RECORD, { mine: 'somebody-elses' });
    const reply = await stage.visitor().enter(START, CODE);
    expect(textOf(reply.body)).toContain(`Secret "${RECORD}" exists and is not managed by this resource`);
    expect(stage.secrets.values('team-a', RECORD)).toEqual({ mine: 'somebody-elses' });
  });

  test('are owned by the resource', async () => {
    const { stage, visitor, state } = await waiting();
    const record = await stage.secrets.read('team-a', RECORD);
    expect(record).toMatchObject({ owners: [UID] });
    expect(stage.secrets.typeOf('team-a', RECORD)).toBe('openconnectors.dev/consent');
    const back = await visitor.get(callback({ code: 'c', state }));
    expect(locationOf(back)).toBeDefined();
    expect(await stage.secrets.read('team-a', GRANT)).toMatchObject({ owners: [UID] });
  });
});
