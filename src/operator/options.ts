import type { ReadMounted } from '../account/default-account.ts';
import type { AccountStatus } from '../api/account.ts';
import type { Config } from '../config/config.ts';
import type { ActionObserver } from '../connector/reconcile.ts';
import type { StartConsent } from '../consent/service.ts';
import type { KubeObject } from '../kube/client/object.ts';
import type { ReliableOperatorOptions } from '../kube/reliable-operator.ts';
import type { OpenConnectorsPool } from '../openconnectors/account-pool.ts';
import type { ObserveReconcile } from '../reconciler/reconcile-observer.ts';
import type { Redactor } from '../secrets/redaction.ts';

/** What the operator is made with, besides what every operator needs. */
export interface ConnectorOperatorOptions extends ReliableOperatorOptions {
  readonly config: Config;
  /** Namespace of the operator's own Secrets. */
  readonly namespace: string;
  readonly pool: OpenConnectorsPool;
  readonly scrubber: Redactor;
  readonly readMounted: ReadMounted;
  /** Absent: no consent pages. */
  readonly startConsent?: StartConsent | undefined;
  readonly onAction?: ActionObserver | undefined;
  readonly observeReconcile?: ObserveReconcile | undefined;
}

/** What the caches hold, for metrics. Objects are shared: not to be changed. */
export interface OperatorResources {
  readonly connectors: readonly KubeObject[];
  readonly accounts: readonly KubeObject[];
  /** Status of the operator's own account, once it was looked at. */
  readonly defaultAccount: AccountStatus | undefined;
}
