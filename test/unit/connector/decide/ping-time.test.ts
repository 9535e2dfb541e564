import { describe, expect, it } from 'vitest';
import { nextOutagePingAt, nextPingAt } from '../../../../src/connector/decide/authorization/ping-time.ts';
import { settledConnector, settledInput } from '../../../support/builders/input.ts';
import { HOUR, MINUTE, NOW } from '../../../support/builders/time.ts';

const inputOf = (uid: string, pingIntervalMs: number) =>
  settledInput({ connector: settledConnector({ metadata: { uid } }), settings: { pingIntervalMs } });

describe('the next ping', () => {
  it('spreads many resources over the interval', () => {
    const delays = Array.from({ length: 200 }, (_, index) => nextPingAt(inputOf(`uid-${index}`, HOUR)) - NOW);
    expect(delays.every((delay) => delay > 0 && delay <= HOUR)).toBe(true);
    const quarters = [0, 1, 2, 3].map(
      (quarter) => delays.filter((delay) => Math.ceil((4 * delay) / HOUR) === quarter + 1).length,
    );
    expect(Math.min(...quarters)).toBeGreaterThan(20);
  });

  it('comes after 15 minutes at the latest while the provider is unavailable', () => {
    const delay = nextOutagePingAt(inputOf('uid-1', 24 * HOUR)) - NOW;
    expect(delay).toBeGreaterThan(0);
    expect(delay).toBeLessThanOrEqual(15 * MINUTE);
  });

  it('keeps a shorter interval while the provider is unavailable', () => {
    expect(nextOutagePingAt(inputOf('uid-1', MINUTE)) - NOW).toBeLessThanOrEqual(MINUTE);
  });
});
