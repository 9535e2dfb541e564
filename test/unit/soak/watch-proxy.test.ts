import { describe, expect, it } from 'vitest';
import { delayLines } from '../../soak/proxy/delayed-lines.ts';
import { drawWatchFault } from '../../soak/proxy/watch-fault.ts';
import { derivedRandom } from '../../soak/seeds.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('a delayed watch', () => {
  const setUp = () => {
    const clock = new VirtualClock();
    const written: string[] = [];
    const lines = delayLines(
      clock,
      2_500,
      (line) => void written.push(line),
      () => void written.push('end'),
    );
    return { clock, written, lines };
  };

  it('forwards whole lines, in order, after the delay', async () => {
    const { clock, written, lines } = setUp();
    lines.push('{"a":1}\n{"b"');
    await clock.advance(1_000);
    lines.push(':2}\n');
    lines.finish();
    await clock.advance(1_499);
    expect(written).toEqual([]);
    await clock.advance(1);
    expect(written).toEqual(['{"a":1}\n']);
    await clock.advance(1_000);
    expect(written).toEqual(['{"a":1}\n', '{"b":2}\n', 'end']);
  });

  it('drops what is under way when it is cut', async () => {
    const { clock, written, lines } = setUp();
    lines.push('{"a":1}\n');
    lines.cancel();
    await clock.advance(10_000);
    expect(written).toEqual([]);
  });
});

describe('the fate of watches', () => {
  it('has all kinds while the storm rages, and only delay in the calm', () => {
    const random = derivedRandom(1, 'test');
    const fates = Array.from({ length: 200 }, () => drawWatchFault(random, true));
    const ends = fates.map((fate) => (fate.kind === 'refused' ? 'refused' : fate.end));
    expect(new Set(ends)).toEqual(new Set(['refused', 'cut', 'gone', 'closed']));
    expect(drawWatchFault(random, false)).toEqual({ kind: 'served', lifeMs: undefined, end: 'closed' });
  });
});
