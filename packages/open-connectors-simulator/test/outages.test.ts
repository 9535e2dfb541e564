import { describe, expect, test } from 'vitest';
import { OUTAGE_ANSWERS } from '../src/outages.ts';
import { createBody, type Running, running } from './client.ts';
import { manualClock } from './clock.ts';

const hour = 3_600_000;

const ping = (run: Running, element: string) => run.call('GET', '/hubs/crm/ping', { element });

describe('an outage of the provider', () => {
  test.each(OUTAGE_ANSWERS.filter((answer) => answer !== 'fault'))(
    'answers every hub call with %s, and only one text is about a token',
    async (answer) => {
      await using run = await running();
      const { token } = run.simulator.addInstance();
      run.simulator.startOutage({ answer });
      const seen = await ping(run, token);
      expect(seen).toMatchObject({
        status: Number.parseInt(answer, 10),
        json: { requestId: expect.any(String), providerMessage: expect.any(String) },
      });
      expect(/token/i.test(seen.text)).toBe(answer === '401-token');
    },
  );

  test('answers with a fault in a 200', async () => {
    await using run = await running();
    const { token } = run.simulator.addInstance();
    run.simulator.startOutage({ answer: 'fault' });
    expect(await ping(run, token)).toMatchObject({
      status: 200,
      text: expect.stringContaining('<fault>'),
    });
  });

  test('ends by itself, and leaves grants and the API alone', async () => {
    const clock = manualClock();
    await using run = await running({ clock });
    const { id, token } = run.simulator.addInstance();
    run.simulator.startOutage({ answer: '503', forMs: hour });
    expect(run.simulator.instances()[0]?.works).toBe(false);
    expect((await run.call('GET', `/instances/${id}`)).status).toBe(200);
    expect((await run.call('POST', '/instances', { body: createBody(run.simulator) })).status).toBe(200);
    clock.advance(hour - 1);
    expect((await ping(run, token)).status).toBe(503);
    clock.advance(1);
    expect((await ping(run, token)).status).toBe(200);
  });

  test('concerns one connector only', async () => {
    await using run = await running();
    const crm = run.simulator.addInstance({ connector: 'infusionsoftcrm' });
    const rest = run.simulator.addInstance({ connector: 'infusionsoftrest' });
    run.simulator.startOutage({ answer: '410', connector: 'infusionsoftcrm' });
    expect((await ping(run, crm.token)).status).toBe(410);
    expect((await ping(run, rest.token)).status).toBe(200);
  });

  test.each([true, false])(
    'disables an instance whose refresh fails, and enabling it resumes the refresh by knob (%s)',
    async (enablingResumesRefresh) => {
      const clock = manualClock();
      await using run = await running({ clock, knobs: { enablingResumesRefresh } });
      const { id, token } = run.simulator.addInstance();
      run.simulator.startOutage({ answer: '503', failsRefresh: true });
      expect((await ping(run, token)).status).toBe(503);
      expect(run.simulator.instances()).toMatchObject([{ disabled: false }]);
      clock.advance(8 * hour);
      expect((await ping(run, token)).status).toBe(503);
      expect(run.simulator.instances()).toMatchObject([{ disabled: true }]);
      run.simulator.endOutage();
      expect((await ping(run, token)).status).toBe(403);
      await run.call('PUT', `/instances/${id}/enabled`);
      expect((await ping(run, token)).status).toBe(enablingResumesRefresh ? 200 : 401);
    },
  );

  test('is switched by the control interface', async () => {
    await using run = await running({ knobs: { enablingResumesRefresh: true } });
    const { id, token } = run.simulator.addInstance();
    const steer = (method: 'POST' | 'DELETE', path: string, body?: unknown) =>
      run.open(method, `${run.simulator.baseUrl}/_simulator${path}`, body === undefined ? {} : { body });
    expect((await steer('POST', '/outage', { answer: '404', forMs: hour })).status).toBe(200);
    expect((await ping(run, token)).status).toBe(404);
    expect((await steer('DELETE', '/outage')).status).toBe(200);
    expect((await ping(run, token)).status).toBe(200);
    expect((await steer('POST', '/outage', { answer: '418' })).status).toBe(400);
    await steer('POST', `/instances/${id}/fail-token-refresh`, { revokes: false });
    expect((await ping(run, token)).status).toBe(403);
    await run.call('PUT', `/instances/${id}/enabled`);
    expect((await ping(run, token)).status).toBe(200);
  });
});
