import { jitterOffsetOf } from '../../../reconciler/jitter-offset.ts';
import type { ConnectorInput } from '../../input.ts';

/**
 * The latest moment at or before `time` at which this resource's regular ping is due. Each resource has an offset of its
 * own within the interval, derived from its uid, so that the pings of many are spread, also after a restart.
 */
export function lastPingDueAt(
  input: ConnectorInput,
  time: number,
  intervalMs: number = input.settings.pingIntervalMs,
): number {
  const jitterOffset = jitterOffsetOf(input.connector.metadata.uid) * intervalMs;
  return Math.floor((time - jitterOffset) / intervalMs) * intervalMs + jitterOffset;
}

/** When the next regular ping is due (wall clock). */
export function nextPingAt(input: ConnectorInput): number {
  return lastPingDueAt(input, input.now) + input.settings.pingIntervalMs;
}

/** How often an instance that fails with others is called, where the regular ping comes more rarely. */
const OUTAGE_PING_INTERVAL_MS = 15 * 60_000;

/** When an instance that fails with others is called next (wall clock). */
export function nextOutagePingAt(input: ConnectorInput): number {
  const intervalMs = Math.min(input.settings.pingIntervalMs, OUTAGE_PING_INTERVAL_MS);
  return lastPingDueAt(input, input.now, intervalMs) + intervalMs;
}
