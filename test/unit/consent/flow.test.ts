import { describe, expect, test } from 'vitest';
import { CODE, callback, createStage, GRANT, RECORD, START, stateOf } from '../../support/consent/stage.ts';
import { locationOf, textOf } from '../../support/consent/visitor.ts';

describe('a consent', () => {
  test('leads from the code to a stored response, and shows data and recipient before and after', async () => {
    const stage = createStage();
    const visitor = stage.visitor();
    const { review, provider } = await visitor.begin(START, CODE);

    const before = textOf(review.body);
    for (const said of [
      'dt123.infusionsoft.com',
      'api.example.com',
      'account sap',
      'crm-connection',
      'team-a',
      'cluster-1',
      'client-4f1d',
      'Continue to signin.example.net',
    ]) {
      expect(before).toContain(said);
    }
    const back = await visitor.get(callback({ code: 'the-code', state: stateOf(provider) }));
    expect(locationOf(back)).toBe('https://connect.example.com/oauth/done');
    expect(stage.secrets.values('team-a', GRANT)).toEqual({
      code: 'the-code',
      consent: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(stage.secrets.typeOf('team-a', GRANT)).toBe('openconnectors.dev/grant');
    expect(stage.secrets.values('team-a', RECORD)).toBeUndefined();

    const done = await visitor.get(locationOf(back));
    expect(done.status).toBe(200);
    expect(textOf(done.body)).toContain('Access granted');
    expect(textOf(done.body)).toContain(
      'The data of the Infusionsoft account dt123.infusionsoft.com goes to SAP Open Connectors at api.example.com , for the connector crm in the namespace team-a',
    );
    expect(stage.outcomes).toEqual(['begun', 'granted']);
  });

  test('works with another replica at each step', async () => {
    const stage = createStage();
    const replicas = [stage.replica(), stage.replica(), stage.replica()];
    let turn = 0;
    const visitor = stage.visitor((request) => {
      turn += 1;
      const replica = replicas[turn % replicas.length];
      return replica === undefined ? Promise.reject(new Error('no replica')) : replica(request);
    });
    const { provider } = await visitor.begin(START, CODE);
    const back = await visitor.get(callback({ code: 'c', state: stateOf(provider) }));
    expect(locationOf(back)).toContain('/oauth/done');
    expect(stage.secrets.values('team-a', GRANT)?.['code']).toBe('c');
  });

  test('works below a path only', async () => {
    const stage = createStage('https://example.com/connectors/');
    const visitor = stage.visitor();
    const { provider } = await visitor.begin('https://example.com/connectors/connect/team-a/crm', CODE);
    const back = await visitor.get(
      `https://example.com/connectors/oauth/callback?code=c&state=${stateOf(provider)}`,
    );
    expect(locationOf(back)).toBe('https://example.com/connectors/oauth/done');
    expect((await visitor.get('https://example.com/connect/team-a/crm')).status).toBe(404);
  });

  test.each(['7zk4m-qw2na-00rtx-93bcd-efghjk', ' 7ZK4MQW2NAOORTX93BCDEFGHJK ', CODE])(
    'accepts the code as typed: %s',
    async (typed) => {
      const stage = createStage();
      expect((await stage.visitor().enter(START, typed)).status).toBe(303);
    },
  );

  test('can be reviewed until the response arrives', async () => {
    const stage = createStage();
    const visitor = stage.visitor();
    const { provider } = await visitor.begin(START, CODE);
    const again = await visitor.get(`${START}/review`);
    expect(again.status).toBe(200);
    await visitor.get(callback({ code: 'c', state: stateOf(provider) }));
    expect((await visitor.get(`${START}/review`)).status).toBe(400);
  });

  test('stores a denial, and can be started again with the same code', async () => {
    const stage = createStage();
    const visitor = stage.visitor();
    const first = await visitor.begin(START, CODE);
    const back = await visitor.get(
      callback({ error: 'access_denied', error_description: '<b>no</b>', state: stateOf(first.provider) }),
    );
    expect(stage.secrets.values('team-a', GRANT)).toMatchObject({ error: 'access_denied' });
    const done = await visitor.get(locationOf(back));
    expect(textOf(done.body)).toContain('Access denied');
    expect(done.body).not.toContain('<b>no');
    expect(stage.outcomes).toEqual(['begun', 'denied']);

    const second = await visitor.begin(START, CODE);
    await visitor.get(callback({ code: 'c2', state: stateOf(second.provider) }));
    expect(stage.secrets.values('team-a', GRANT)).toEqual({ code: 'c2', consent: expect.anything() });
  });

  test.each([
    ['invalid_scope', 'invalid_scope'],
    ['<script>', 'server_error'],
  ])('stores the error %s as %s', async (error, told) => {
    const stage = createStage();
    const visitor = stage.visitor();
    const { provider } = await visitor.begin(START, CODE);
    const back = await visitor.get(callback({ error, state: stateOf(provider) }));
    expect(stage.secrets.values('team-a', GRANT)).toMatchObject({ error: told });
    const done = await visitor.get(locationOf(back));
    expect(textOf(done.body)).toContain(`The error is ${told}`);
    expect(stage.outcomes).toEqual(['begun', 'failed']);
  });

  test('replaces a pending consent', async () => {
    const stage = createStage();
    const [one, two] = [stage.visitor(), stage.visitor()];
    const first = await one.begin(START, CODE);
    const second = await two.begin(START, CODE);
    expect((await one.get(callback({ code: 'a', state: stateOf(first.provider) }))).status).toBe(400);
    expect((await two.get(callback({ code: 'b', state: stateOf(second.provider) }))).status).toBe(303);
    expect(stage.secrets.values('team-a', GRANT)?.['code']).toBe('b');
  });
});
