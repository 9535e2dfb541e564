import { beforeEach, describe, expect, it } from 'vitest';
import { StallDetector } from '../../../../src/kube/watch/stall-detector.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

let clock: VirtualClock;
let stalls: number;

beforeEach(async () => {
  clock = new VirtualClock();
  await clock.advance(5_000);
  stalls = 0;
});

const detector = (): StallDetector => new StallDetector(clock, 1_000, () => (stalls += 1));

describe('a stall detector', () => {
  it('reports a silence once, when the longest silence has passed', async () => {
    const silence = detector();
    await clock.advance(999);
    expect([silence.stalled, stalls]).toEqual([false, 0]);
    await clock.advance(1);
    expect([silence.stalled, stalls]).toEqual([true, 1]);
    await clock.advance(10_000);
    expect([stalls, clock.pending]).toEqual([1, 0]);
  });

  it('counts from what was heard last', async () => {
    const silence = detector();
    await clock.advance(600);
    silence.heard();
    await clock.advance(999);
    expect([silence.stalled, stalls]).toEqual([false, 0]);
    await clock.advance(1);
    expect([silence.stalled, stalls]).toEqual([true, 1]);
  });

  it.each([
    ['at first', 0],
    ['after its timer was renewed', 1_200],
  ])('keeps no timer after its end: %s', async (_title, passedMs) => {
    const silence = detector();
    await clock.advance(600);
    silence.heard();
    await clock.advance(passedMs - 600);
    silence[Symbol.dispose]();
    expect(clock.pending).toBe(0);
    await clock.advance(5_000);
    expect(stalls).toBe(0);
  });
});
