import { describe, expect, it } from 'vitest';
import { has } from '../support/program.ts';
import { verify } from './verify.ts';

/** The bounds of a search; both together are some ten million states, which is for continuous integration. */
const BOUNDS = [
  ['CRASHES=1', 'FAILOVERS=0'],
  ['CRASHES=0', 'FAILOVERS=1'],
  ...(process.env['CI'] === 'true' ? [['CRASHES=1', 'FAILOVERS=1']] : []),
];

/** Each rule that the model can leave out, and why it is there. */
const RULES = [
  { rule: 'NO_RECORD', because: 'a restarted process sends the code again' },
  { rule: 'UNCONDITIONAL_RECORD', because: 'a stale cache hides the record of another replica' },
  { rule: 'NO_LEASE_CHECK', because: 'a replica that was paused sends after the window is over' },
  { rule: 'NO_SEARCH', because: 'an instance whose answer was lost is never adopted' },
  { rule: 'UNCONDITIONAL_DELETE', because: 'a stale cache takes the instance in use for the duplicate' },
  { rule: 'NO_TOMBSTONE', because: 'an instance that is committed after the deletion stays' },
];

describe.skipIf(!has('spin', '-V') || !has('gcc'))('the model of creation and deletion by Spin', () => {
  it.each(BOUNDS)('holds in every state with %s and %s', (...bounds) => {
    const { violation, states, complete } = verify(bounds);
    expect(violation).toBeUndefined();
    expect(complete).toBe(true);
    expect(states).toBeGreaterThan(10_000);
  });

  it.each(RULES)('is violated without a rule: $rule, because $because', ({ rule }) => {
    expect(verify([rule, 'CRASHES=1', 'FAILOVERS=1']).violation).toContain('assertion violated');
  });
});
