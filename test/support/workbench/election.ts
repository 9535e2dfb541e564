/**
 * Faster leader election than the default, so that a test waits shortly for a crashed leader, but slow
 * enough that a leader on a busy machine renews its Lease in time.
 */
export const ELECTION: Readonly<Record<string, string>> = {
  LEADER_ELECT: 'true',
  LEASE_DURATION: '10s',
  LEASE_RENEW_DEADLINE: '8s',
  LEASE_RETRY_PERIOD: '500ms',
};
