import type { InfusionsoftConnector } from '../../api/connector.ts';
import { switchPolicyOf } from '../../api/defaults.ts';

/** Ids of the instances that status names: the one in use, the one before a switch to it, and the one after. */
export function heldIdsOf({ status }: Pick<InfusionsoftConnector, 'status'>): number[] {
  const ids = [status?.instance?.id, status?.next?.id, status?.replacing?.id];
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/** The element of an instance as status names it, for an answer without it. */
export function recordedElementOf({ status }: InfusionsoftConnector, id: number): string | undefined {
  return [status?.instance, status?.next, status?.replacing].find((held) => held?.id === id)?.connector;
}

/** Whether the switch to the instance of the new element waits for the annotation `switch`. */
export function waitsForAnnotation({ spec, status }: InfusionsoftConnector): boolean {
  return switchPolicyOf(spec) === 'Manual' || status?.next?.switchedBack === true;
}
