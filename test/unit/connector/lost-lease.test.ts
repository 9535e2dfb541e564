import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../src/connector/reconcile.ts';
import { LeaseNotHeldError } from '../../../src/kube/leader/lease-elector.ts';
import { connector } from '../../support/builders/connector.ts';
import { type Bench, bench } from '../../support/builders/ports.ts';

describe('a reconciliation whose replica lost the Lease', () => {
  const lost = new LeaseNotHeldError('the Lease is not held');
  const refuse = (): never => {
    throw lost;
  };

  it.each<[string, () => Bench]>([
    [
      'a call to Open Connectors',
      () => bench({ connector: connector(), answers: { createInstance: refuse } }),
    ],
    ['a write to the resource', () => bench({ connector: connector(), onPatchMetadata: refuse })],
  ])('ends at %s that is refused, and writes no status', async (_what, create) => {
    const { ports, stored, writes, events } = create();
    await expect(reconcile(ports, stored(), new AbortController().signal)).rejects.toBe(lost);
    expect(writes.filter(([what]) => what === 'status')).toEqual([]);
    expect(stored().status?.conditions).toBeUndefined();
    expect(events).toEqual([]);
  });
});
