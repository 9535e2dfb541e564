import { describe, expect, it } from 'vitest';
import { createBudget } from '../../../src/openconnectors/budget.ts';
import type { OpenConnectors } from '../../../src/openconnectors/port.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { body, instanceToken, remoteErrorOf, shown, useBench } from './fixture.ts';
import { type Answer, inTurn, json, text } from './remote.ts';

const bench = useBench();
const retryAfter = { 'retry-after': '600' };
const own = { requestId: '5d0b8b4ae4b0f5d1a2b3c4d5', message: 'Too many requests' };
const forwarded = { ...own, providerMessage: 'Quota Exceeded' };

const ping = (client: OpenConnectors) => client.pingInstance(instanceToken);
const create = (client: OpenConnectors) => client.createInstance(body);
const list = (client: OpenConnectors) => client.listInstancesByTag('k8s-cluster-1');

/** A client with a budget, whose first call is answered by `answer` and every later one by an instance. */
async function open(answer: Answer) {
  const clock = new VirtualClock();
  const budget = createBudget({
    limits: { requestsPerSecond: 1_000, burst: 1_000, concurrency: 4 },
    clock,
    random: { fraction: () => 1 },
  });
  const opened = await bench.open(inTurn(answer, json(200, shown(4711))), { budget });
  return { ...opened, budget };
}

type Case = readonly [name: string, call: (client: OpenConnectors) => Promise<unknown>, answer: Answer];

describe('a 429 of the provider', () => {
  it.each<Case>([
    ['forwarded to a ping', ping, json(429, forwarded, retryAfter)],
    [
      'passed on to a ping as it came',
      ping,
      json(429, { code: '429', message: 'Quota Exceeded' }, retryAfter),
    ],
    ['passed on to a ping as a page', ping, text(429, '<html>slow down</html>', retryAfter)],
    ['forwarded to a create', create, json(429, forwarded, retryAfter)],
  ])('delays its own call and no other of the account: %s', async (_name, call, answer) => {
    const { client, budget } = await open(answer);
    expect(await remoteErrorOf(call(client))).toMatchObject({
      class: 'throttled',
      retryAfterMs: 600_000,
      source: 'provider',
    });
    expect(budget.pause).toBeUndefined();
    expect(await client.readInstance(4711)).toMatchObject({ id: 4711 });
  });
});

describe('a 429 of Open Connectors itself', () => {
  it.each<Case>([
    ['to a ping', ping, json(429, own, retryAfter)],
    ['to a listing', list, json(429, own, retryAfter)],
    ['of a gateway before it, to a listing', list, json(429, { message: 'Too Many Requests' }, retryAfter)],
  ])('pauses the account: %s', async (_name, call, answer) => {
    const { client, budget, remote } = await open(answer);
    expect(await remoteErrorOf(call(client))).toMatchObject({
      class: 'throttled',
      source: 'open-connectors',
    });
    expect(budget.throttledUntil).toBeDefined();
    expect(await remoteErrorOf(client.readInstance(4711))).toMatchObject({ class: 'throttled' });
    expect(remote.received).toHaveLength(1);
  });
});

describe('an outage of the provider', () => {
  it('does not pause the account', async () => {
    const { client, budget } = await open(json(503, { ...own, providerMessage: 'Maintenance' }, retryAfter));
    expect(await remoteErrorOf(ping(client))).toMatchObject({ class: 'unavailable', source: 'provider' });
    expect(budget.pause).toBeUndefined();
  });
});
