import { type Config, loadConfig } from '../../../src/config/config.ts';
import { CLUSTER_ID } from '../../soak/model/cluster-id.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { HOME } from './cluster.ts';

/** Deadline of a call with a code, milliseconds. */
export const CREATE_DEADLINE_MS = 10_000;
/** How long listings may lag behind, milliseconds. */
export const SEARCH_GRACE_MS = 2_000;
/** How long after its first send a code may be sent again, milliseconds. */
export const CODE_LIFETIME_MS = 60_000;
/** The only host of `ALLOWED_HOSTS`. */
export const ALLOWED_HOST = 'localhost';
/** How long a late instance is looked for, milliseconds. */
export const LATE_COMMIT_WINDOW_MS = 120_000;

/** Short periods, so that minutes of virtual time cover days of operation. */
const SETTINGS = {
  CLUSTER_ID,
  POD_NAMESPACE: HOME,
  ALLOWED_HOSTS: ALLOWED_HOST,
  ALLOWED_EVENT_HOSTS: 'events.example.com',
  CREATE_DEADLINE: `${CREATE_DEADLINE_MS}ms`,
  SEARCH_GRACE: `${SEARCH_GRACE_MS}ms`,
  CODE_LIFETIME: `${CODE_LIFETIME_MS}ms`,
  LATE_COMMIT_WINDOW: `${LATE_COMMIT_WINDOW_MS}ms`,
  INVENTORY_INTERVAL: '60s',
  PING_INTERVAL: '5m',
  AUTHORIZATION_RECHECK: '30s',
  LEGACY_API_END: 'never',
  LOG_LEVEL: 'debug',
  LEASE_DURATION: '30s',
  LEASE_RENEW_DEADLINE: '20s',
  LEASE_RETRY_PERIOD: '8s',
} as const;

/**
 * The configuration of the process `name`; with several replicas, one of them leads. `selector`: the labels of its
 * connectors and accounts. `externalUrl`: of the consent pages; absent: no pages.
 */
export function settingsOf(name: string, replicas: number, selector?: string, externalUrl?: string): Config {
  const pages = externalUrl === undefined ? {} : { EXTERNAL_URL: externalUrl };
  const shard = selector === undefined ? {} : { WATCH_LABEL_SELECTOR: selector };
  return loadConfig({
    env: { ...SETTINGS, ...shard, ...pages, POD_NAME: name, LEADER_ELECT: String(replicas > 1) },
    argv: [],
    hostname: name,
    random: seededRandom(0),
    readFile: () => undefined,
  });
}
