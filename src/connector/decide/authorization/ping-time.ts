import { jitterOffsetOf } from '../../../reconciler/jitter-offset.ts';
import type { ConnectorInput } from '../../input.ts';

/**
 * The latest moment at or before `time` at which this resource's regular ping is due. Each resource has an offset of its
 * own within the interval, derived from its uid, so that the pings of many are spread, also after a restart.
 */
export function lastPingDueAt(input: ConnectorInput, time: number): number {
  const { pingIntervalMs } = input.settings;
  const jitterOffset = jitterOffsetOf(input.connector.metadata.uid) * pingIntervalMs;
  return Math.floor((time - jitterOffset) / pingIntervalMs) * pingIntervalMs + jitterOffset;
}

/** When the next regular ping is due (wall clock). */
export function nextPingAt(input: ConnectorInput): number {
  return lastPingDueAt(input, input.now) + input.settings.pingIntervalMs;
}
