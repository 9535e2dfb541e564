import { describe, expect, it } from 'vitest';
import { isSameRecord, type LeaseSpec, parseLease } from '../../../src/kube/leader/lease.ts';

const SPEC: LeaseSpec = {
  holderIdentity: 'a',
  leaseDurationSeconds: 15,
  acquireTime: '2026-01-01T00:00:00.000000Z',
  renewTime: '2026-01-01T00:00:02.000000Z',
  leaseTransitions: 3,
};

const lease = (spec: unknown) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'operator', namespace: 'system', uid: 'u', resourceVersion: '7' },
  spec,
});

describe('parseLease', () => {
  it('returns the object and its spec', () => {
    expect(parseLease(lease(SPEC), 30)).toEqual({ object: lease(SPEC), spec: SPEC });
  });

  it.each([
    ['no object', 'text'],
    ['an object without metadata', { kind: 'Status' }],
  ])('returns nothing for %s', (_what, value) => {
    expect(parseLease(value, 30)).toBeUndefined();
  });

  it.each([
    ['is absent', undefined],
    ['is no object', 'text'],
    ['has fields of other types', { holderIdentity: 7, leaseDurationSeconds: '15', leaseTransitions: null }],
    [
      'has numbers that are not finite',
      { leaseDurationSeconds: Number.POSITIVE_INFINITY, leaseTransitions: Number.NaN },
    ],
  ])('returns a Lease without a holder, with the own duration, when the spec %s', (_what, spec) => {
    expect(parseLease(lease(spec), 30)?.spec).toEqual({
      holderIdentity: '',
      leaseDurationSeconds: 30,
      acquireTime: '',
      renewTime: '',
      leaseTransitions: 0,
    });
  });
});

describe('isSameRecord', () => {
  it('holds for two readings of one renewal', () => {
    expect(isSameRecord(SPEC, { ...SPEC })).toBe(true);
  });

  const changes: readonly Partial<LeaseSpec>[] = [
    { holderIdentity: 'b' },
    { leaseDurationSeconds: 16 },
    { acquireTime: '2026-01-01T00:00:01.000000Z' },
    { renewTime: '2026-01-01T00:00:04.000000Z' },
    { leaseTransitions: 4 },
  ];
  it.each(changes)('fails for %o: somebody wrote the Lease', (change) => {
    expect(isSameRecord(SPEC, { ...SPEC, ...change })).toBe(false);
  });
});
