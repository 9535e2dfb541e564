import type { InfusionsoftConnector } from '../api/connector.ts';
import type { ConsentRequest } from '../authorization/consent-request.ts';
import type { Config } from '../config/config.ts';
import type { KubeRest } from '../kube/client/rest.ts';
import type { OpenConnectorsPool } from '../openconnectors/account-pool.ts';
import type { Random } from '../runtime/random.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { NamespacedName } from './connector-name.ts';
import type { ConsentFacts } from './records.ts';

/** Why a consent cannot be given just now, although somebody has proven authority over the connector. */
export const FAILED_PRECONDITIONS = {
  suspended: 'Work on this connector is stopped by spec.suspend or the annotation openconnectors.dev/paused.',
  'not-waiting':
    'The connector does not take its authorization from this page: it names a Secret for it, or another callback URL.',
  spec: 'The spec of the connector breaks a rule.',
  account: 'The account that the connector names is missing, incomplete or not allowed here.',
  secrets: "The Secret with the OAuth app's client_id and client_secret is missing or incomplete.",
} as const;

export type FailedPrecondition = keyof typeof FAILED_PRECONDITIONS;

/** The connector cannot be consented for; `kubectl describe` tells its people more than a page should. */
export class FailedPreconditionError extends Error {
  override readonly name = 'ObstacleError';
  readonly precondition: FailedPrecondition;

  constructor(precondition: FailedPrecondition) {
    super(FAILED_PRECONDITIONS[precondition]);
    this.precondition = precondition;
  }
}

/** What a connector asks consent for at this moment. */
export interface ConnectorConsent {
  readonly subject: ConsentRequest;
  readonly facts: ConsentFacts;
  /** The provider's page for it, as Open Connectors makes it; comes back to the callback URL with `state`. Throws `RemoteError`. */
  authorizeUrl(state: string, signal: AbortSignal): Promise<string>;
}

/** The connectors and what they depend on, read from the cluster itself and not from a cache. Errors are `KubeError`. */
export interface ConsentSource {
  /** Whether this operator looks after the connector, from the cache: no call. */
  isServed(target: NamespacedName): boolean;
  /** `undefined`: gone, or going. */
  connector(target: NamespacedName, signal: AbortSignal): Promise<InfusionsoftConnector | undefined>;
  /** Throws `ObstacleError`. */
  wish(connector: InfusionsoftConnector, signal: AbortSignal): Promise<ConnectorConsent>;
}

/** What the source reads with; all of it may be used by any replica. */
export interface KubeSourceOptions {
  readonly rest: KubeRest;
  readonly secrets: Pick<Secrets, 'read'>;
  readonly pool: OpenConnectorsPool;
  readonly random: Random;
  readonly config: Config;
  readonly callbackUrl: string;
  readonly isServed: (target: NamespacedName) => boolean;
  /** Credentials of the operator's own account, by file name. */
  readonly readMounted: (file: 'userSecret' | 'organizationSecret') => string | undefined;
}
