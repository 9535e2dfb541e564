import type { InfusionsoftConnector } from '../api/connector.ts';
import type { ConsentRequest } from '../authorization/consent-request.ts';
import { HALTS } from '../authorization/halt.ts';
import type { Config } from '../config/config.ts';
import type { KubeRest } from '../kube/client/rest.ts';
import type { OpenConnectorsPool } from '../openconnectors/account-pool.ts';
import type { Random } from '../runtime/random.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { NamespacedName } from './connector-name.ts';
import type { ConsentFacts } from './records.ts';

/** Why no consent can be started, although the code is valid. Shown on the page. */
export const FAILED_PRECONDITIONS = {
  deleting: `The connector ${HALTS.deleting}`,
  suspended: `The connector ${HALTS.suspended}`,
  observed: `The connector ${HALTS.observed}`,
  'not-waiting':
    'The connector does not use this page: its spec names a Secret for the authorization, or another callback URL.',
  spec: 'The spec of the connector is invalid.',
  account: 'The account of the connector is missing, incomplete or not allowed.',
  secrets: 'The Secret with the client_id and client_secret of the OAuth app is missing or incomplete.',
} as const;

export type FailedPrecondition = keyof typeof FAILED_PRECONDITIONS;

/** No consent can be started for the connector. */
export class FailedPreconditionError extends Error {
  override readonly name = 'FailedPreconditionError';
  readonly precondition: FailedPrecondition;

  constructor(precondition: FailedPrecondition) {
    super(FAILED_PRECONDITIONS[precondition]);
    this.precondition = precondition;
  }
}

/** The current consent request of a connector. */
export interface ConnectorConsent {
  readonly request: ConsentRequest;
  readonly facts: ConsentFacts;
  /** The authorize URL from Open Connectors, with `state`. Throws `RemoteError`. */
  authorizeUrl(state: string, signal: AbortSignal): Promise<string>;
}

/** The connectors and their dependencies, read from the API server and not from a cache. Throws `KubeError`. */
export interface ConsentSource {
  /** Whether this operator manages the connector, from the cache. */
  isServed(target: NamespacedName): boolean;
  /** `undefined`: not found, or being deleted. */
  connector(target: NamespacedName, signal: AbortSignal): Promise<InfusionsoftConnector | undefined>;
  /** Throws `FailedPreconditionError`. */
  consentFor(connector: InfusionsoftConnector, signal: AbortSignal): Promise<ConnectorConsent>;
}

/** What the source reads with. Every replica may use it, not only the leader. */
export interface KubeSourceOptions {
  readonly rest: KubeRest;
  readonly secrets: Pick<Secrets, 'read'>;
  readonly pool: OpenConnectorsPool;
  readonly random: Random;
  readonly config: Config;
  readonly callbackUrl: string;
  readonly isServed: (target: NamespacedName) => boolean;
  /** Credentials of the default account, by file name. */
  readonly readMounted: (file: 'userSecret' | 'organizationSecret') => string | undefined;
}
