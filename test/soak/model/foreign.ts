import type { InstanceSnapshot } from 'open-connectors-simulator/out-of-band.ts';
import type { Random } from '../../../src/runtime/random.ts';

/** An instance that belongs to another owner since `since`, with its state at that time. */
export interface ForeignInstance {
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly digest: string;
  /** The connector it was taken from. */
  readonly takenFrom: string | undefined;
}

/** The fields of an instance that the operator must not change for another owner. */
export function digestOf({ name, tags, disabled }: InstanceSnapshot): string {
  return JSON.stringify({ name, tags: [...tags].sort(), disabled });
}

/** Tags as the operator of another cluster writes them. */
export function foreignTags(random: Random, namespace: string, name: string): string[] {
  const hex = (bytes: number): string => random.bytes(bytes).toString('hex');
  return [
    'k8s-cluster-elsewhere',
    `k8s-owner-${hex(26)}`,
    `k8s-uid-${hex(16)}`,
    `k8s-ns-${namespace}`,
    `k8s-name-${name}`,
  ];
}
