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

describe('the code', () => {
  test('that is wrong begins nothing, writes nothing and asks Open Connectors nothing', async () => {
    const stage = createStage();
    const reply = await stage.visitor().enter(START, 'WRONG-WRONG-WRONG-WRONG-WRONGX');
    expect(reply.status).toBe(400);
    expect(textOf(reply.body)).toContain('This code was not accepted');
    expect(stage.secrets.calls.filter(isWrite)).toEqual([]);
    expect(stage.remoteCalls).toBe(0);
    expect(stage.outcomes).toEqual(['wrong-code']);
  });

  test('of nobody is answered like a wrong one: the pages do not tell which connectors exist', async () => {
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

  test('of a Secret that somebody else made is not accepted', async () => {
    const stage = createStage();
    stage.secrets.put('team-a', ONE_TIME_CODE, { code: CODE }, []);
    expect((await stage.visitor().enter(START, CODE)).status).toBe(400);
    stage.secrets.put('team-a', ONE_TIME_CODE, { code: CODE }, ['uid-of-another-resource']);
    expect((await stage.visitor().enter(START, CODE)).status).toBe(400);
    expect(stage.secrets.calls.filter(isWrite)).toEqual([]);
  });

  test('of a resource that was deleted and created anew is not accepted', async () => {
    const stage = createStage();
    stage.connector = connector({ metadata: { uid: 'another-uid' } });
    expect((await stage.visitor().enter(START, CODE)).status).toBe(400);
    stage.connector = undefined;
    expect((await stage.visitor().enter(START, CODE)).status).toBe(400);
    expect(stage.secrets.calls.filter(isWrite)).toEqual([]);
  });

  test('that was used is not accepted any more, also where the cache has not noticed yet', async () => {
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
  ])('sent by another site for a person, %s, begins nothing', async (_how, change) => {
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
  ])('sent from elsewhere begins nothing: %o', async (headers) => {
    const stage = createStage();
    const visitor = stage.visitor();
    const page = await visitor.get(START);
    const [, form = ''] = /name="form" value="([^"]+)"/.exec(page.body) ?? [];
    expectRefused(stage, await visitor.post(START, { form, code: CODE }, headers));
    const own = { origin: 'null', 'sec-fetch-site': 'same-origin' };
    expect((await visitor.post(START, { form, code: CODE }, own)).status).toBe(303);
  });
});

describe('the way to the provider', () => {
  test('leads past nobody who has not seen the page before it', async () => {
    const { stage, visitor } = await waiting();
    expectRefused(stage, await visitor.get(`${START}/go`));
    expectRefused(stage, await visitor.get(`${START}/go?confirm=guess`));
    expect(stage.outcomes).toEqual(['begun', 'refused-form', 'refused-form']);
  });

  test('is no way for another browser', async () => {
    const { stage, visitor } = await waiting();
    const link = linkOf((await visitor.get(`${START}/review`)).body);
    expectRefused(stage, await stage.visitor().get(link));
    expectRefused(stage, await stage.visitor().get(`${START}/review`));
  });

  test('is no way any more once another browser has begun anew, also where the cache has not noticed', async () => {
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
    ['names a user', (state: string) => `https://user@signin.example.net/?state=${state}`],
    ['names another app', (state: string) => `https://signin.example.net/?state=${state}&client_id=x`],
    [
      'leads back elsewhere',
      (state: string) => `https://signin.example.net/?state=${state}&redirect_uri=https://x`,
    ],
    ['is no address', () => 'javascript:alert(1)'],
  ])('is not taken where the address %s', async (_why, authorizeUrl) => {
    const stage = createStage();
    stage.authorizeUrl = authorizeUrl;
    const reply = await stage.visitor().enter(START, CODE);
    expect(reply.status).toBe(503);
    expect(textOf(reply.body)).toContain('returned an unexpected URL');
    expect(stage.secrets.values('team-a', RECORD)).toBeUndefined();
  });
});

describe('the answer of the provider', () => {
  test('without the cookie of the browser that began is refused: somebody else consented, or nobody began', async () => {
    const { stage, state } = await waiting();
    const victim = stage.visitor();
    expectRefused(stage, await victim.get(callback({ code: 'victims-code', state })));
    expect(stage.outcomes).toEqual(['begun', 'refused-cookie']);
  });

  test.each([
    ['of nonsense', () => 'nonsense'],
    ['that names the right place with another secret', () => `${'A'.repeat(43)}.team-a/crm`],
    ['that names another connector', (value: string) => value.replace('team-a/crm', 'team-a/other')],
    ['that names no place', (value: string) => value.replace('team-a/crm', '../../..')],
  ])('with a cookie %s is refused', async (_what, forge) => {
    const { stage, visitor, state } = await waiting();
    const cookie = visitor.jar.get('__Host-connect-consent') ?? '';
    visitor.jar.set('__Host-connect-consent', forge(cookie));
    expectRefused(stage, await visitor.get(callback({ code: 'c', state })));
    expect(stage.outcomes.at(-1)).toBe('refused-cookie');
  });

  test('with two cookies of that name is refused', async () => {
    const { stage, visitor, state } = await waiting();
    const cookie = `__Host-connect-consent=${visitor.jar.get('__Host-connect-consent')}`;
    const reply = await visitor.get(callback({ code: 'c', state }), { cookie: `${cookie}; ${cookie}` });
    expectRefused(stage, reply);
  });

  test('with the state of another consent is refused, and does not use this one up', async () => {
    const { stage, visitor, state } = await waiting();
    const other = createStage();
    const elsewhere = await other.visitor().begin(START, CODE);
    expect(stateOf(elsewhere.provider)).not.toBe('');
    expectRefused(stage, await visitor.get(callback({ code: 'c', state: 'B'.repeat(43) })));
    expect(stage.outcomes.at(-1)).toBe('refused-state');
    expect((await visitor.get(callback({ code: 'c', state }))).status).toBe(303);
  });

  test.each([
    ['at once', false],
    ['where the cache still shows the record', true],
  ])('counts once: a replay is refused, %s', async (_when, lags) => {
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

  test('that reaches two replicas at once counts once', async () => {
    const { stage, visitor, state } = await waiting();
    const [one, two] = [stage.visitor(stage.replica()), stage.visitor(stage.replica())];
    for (const [name, value] of visitor.jar) {
      one.jar.set(name, value);
      two.jar.set(name, value);
    }
    // Both have checked everything before either uses the record up.
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

  test('is refused after 15 minutes, and not before', async () => {
    const late = await waiting();
    await late.stage.clock.advance(15 * 60_000);
    expectRefused(late.stage, await late.visitor.get(callback({ code: 'c', state: late.state })));
    expect(late.stage.outcomes.at(-1)).toBe('refused-late');

    const early = await waiting();
    await early.stage.clock.advance(15 * 60_000 - 1);
    expect((await early.visitor.get(callback({ code: 'c', state: early.state }))).status).toBe(303);
  });

  test('for a resource that was deleted, or deleted and created anew, is refused', async () => {
    const gone = await waiting();
    gone.stage.connector = undefined;
    expectRefused(gone.stage, await gone.visitor.get(callback({ code: 'c', state: gone.state })));
    expect(gone.stage.outcomes.at(-1)).toBe('refused-gone');

    const anew = await waiting();
    anew.stage.connector = connector({ metadata: { uid: 'another-uid' } });
    expectRefused(anew.stage, await anew.visitor.get(callback({ code: 'c', state: anew.state })));
    expect(anew.stage.outcomes.at(-1)).toBe('refused-gone');
  });

  test('goes on after an unrelated edit of the resource', async () => {
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
  ])('is refused for good once an edit has changed %s', async (_what, edit) => {
    const { stage, visitor, state } = await waiting();
    Object.assign(stage, edit);
    expectRefused(stage, await visitor.get(callback({ code: 'c', state })));
    expect(stage.outcomes.at(-1)).toBe('refused-changed');
    expect(stage.secrets.values('team-a', RECORD)).toBeUndefined();
  });

  test.each([
    ['no state', { code: 'c' }],
    ['neither code nor error', { state: 'x' }],
    ['both a code and an error', { code: 'c', error: 'access_denied', state: 'x' }],
    ['an empty code', { code: '', state: 'x' }],
    ['a code with a line break', { code: 'a\nb', state: 'x' }],
    ['a code that is too long', { code: 'c'.repeat(2_049), state: 'x' }],
    ['a query that is too long', { code: 'c', state: 'x', other: 'o'.repeat(7_000) }],
  ])('with %s is refused before anything is looked up', async (_what, parameters: Record<string, string>) => {
    const { stage, visitor } = await waiting();
    const calls = stage.secrets.calls.length;
    expectRefused(stage, await visitor.get(callback(parameters)));
    expect(stage.outcomes.at(-1)).toBe('refused-malformed');
    expect(stage.secrets.calls.length).toBe(calls);
  });

  test.each(['code', 'state', 'error'])('with a repeated %s is refused', async (name) => {
    const { stage, visitor, state } = await waiting();
    const twice = name === 'error' ? '&error=a&error=b' : `&code=c&${name}=${name === 'state' ? state : 'c'}`;
    expectRefused(stage, await visitor.get(`${callback({ state })}${twice}`));
    expect((await visitor.get(callback({ code: 'c', state }))).status).toBe(303);
  });

  test('is left alone where another Secret has the name: neither read into a page nor overwritten', async () => {
    const { stage, visitor, state } = await waiting();
    stage.secrets.put('team-a', GRANT, { mine: 'somebody-elses' });
    const reply = await visitor.get(callback({ code: 'c', state }));
    expect(reply.status).toBe(503);
    expect(textOf(reply.body)).toContain(`Secret "${GRANT}" exists and is not managed by this resource`);
    expect(stage.secrets.values('team-a', GRANT)).toEqual({ mine: 'somebody-elses' });
  });

  test('is used up before it is stored: what breaks in between costs a consent, not a second use', async () => {
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

  test('can be reloaded while the cluster cannot be reached: nothing is used up then', async () => {
    const { stage, visitor, state } = await waiting();
    stage.secrets.before = () => {
      throw new KubeError('timeout', 'GET secrets: no answer in time');
    };
    expect((await visitor.get(callback({ code: 'c', state }))).status).toBe(503);
    stage.secrets.before = () => undefined;
    expect((await visitor.get(callback({ code: 'c', state }))).status).toBe(303);
  });
});

describe('what stands in the way', () => {
  test('of a record that another Secret has the name of is told to the person, and the Secret left alone', async () => {
    const stage = createStage();
    stage.secrets.put('team-a', RECORD, { mine: 'somebody-elses' });
    const reply = await stage.visitor().enter(START, CODE);
    expect(textOf(reply.body)).toContain(`Secret "${RECORD}" exists and is not managed by this resource`);
    expect(stage.secrets.values('team-a', RECORD)).toEqual({ mine: 'somebody-elses' });
  });

  test('the owner of every Secret that is made is the resource', async () => {
    const { stage, visitor, state } = await waiting();
    const record = await stage.secrets.read('team-a', RECORD);
    expect(record).toMatchObject({ owners: [UID] });
    expect(stage.secrets.typeOf('team-a', RECORD)).toBe('openconnectors.dev/consent');
    const back = await visitor.get(callback({ code: 'c', state }));
    expect(locationOf(back)).toBeDefined();
    expect(await stage.secrets.read('team-a', GRANT)).toMatchObject({ owners: [UID] });
  });
});
