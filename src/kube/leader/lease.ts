import { isKubeObject, isRecord, type KubeObject } from '../client/object.ts';

/** The part of `coordination.k8s.io/v1` `LeaseSpec` that an election uses. Times are `MicroTime` text and never parsed. */
export interface LeaseSpec {
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  readonly acquireTime: string;
  readonly renewTime: string;
  readonly leaseTransitions: number;
}

/** A Lease as read. */
export interface Lease {
  readonly object: KubeObject;
  readonly spec: LeaseSpec;
}

/**
 * Parses a response as a Lease; `undefined` when it is none. An absent holder is the empty text. Absent durations are
 * `fallbackSeconds`.
 */
export function parseLease(value: unknown, fallbackSeconds: number): Lease | undefined {
  if (!isKubeObject(value)) {
    return undefined;
  }
  const found = (value as { readonly spec?: unknown }).spec;
  const spec = isRecord(found) ? found : {};
  return {
    object: value,
    spec: {
      holderIdentity: text(spec['holderIdentity']),
      leaseDurationSeconds: number(spec['leaseDurationSeconds'], fallbackSeconds),
      acquireTime: text(spec['acquireTime']),
      renewTime: text(spec['renewTime']),
      leaseTransitions: number(spec['leaseTransitions'], 0),
    },
  };
}

/** Whether two observations show the same renewal of the same holder. */
export function isSameRecord(a: LeaseSpec, b: LeaseSpec): boolean {
  return (
    a.holderIdentity === b.holderIdentity &&
    a.renewTime === b.renewTime &&
    a.acquireTime === b.acquireTime &&
    a.leaseTransitions === b.leaseTransitions &&
    a.leaseDurationSeconds === b.leaseDurationSeconds
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : fallback;
}
