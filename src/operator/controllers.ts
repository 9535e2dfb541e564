import { createAccountController } from '../account/controller.ts';
import { DefaultAccount, type ReadMounted } from '../account/default-account.ts';
import type { AccountStatus } from '../api/account.ts';
import type { InfusionsoftConnector } from '../api/connector.ts';
import { ACCOUNT_RESOURCE, CONNECTOR_RESOURCE } from '../api/group.ts';
import type { Config } from '../config/config.ts';
import { createConnectorController } from '../connector/controller.ts';
import type { ActionObserver } from '../connector/reconcile.ts';
import { wellKnown } from '../kube/client/paths.ts';
import type { KubeRest } from '../kube/client/rest.ts';
import type { Leadership } from '../kube/leader/leadership.ts';
import type { OpenConnectorsPool } from '../openconnectors/account-pool.ts';
import { DEFAULT_ACCOUNT_UID } from '../ownership/account-key.ts';
import { INDEX, ownersOfSecret, recordedAccountsOfConnector } from '../ownership/references.ts';
import type { Controller, Manager, ReferencedResource } from '../reconciler/controller.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import { loadFingerprintKey } from '../secrets/fingerprint-key.ts';
import type { Redactor } from '../secrets/redaction.ts';
import { loadClusterId } from './cluster-id.ts';
import { type ControllerPorts, createPorts } from './ports.ts';
import { readyText } from './ready-text.ts';
import { releaseAccount } from './release-account.ts';

const SECRETS: ReferencedResource = {
  resource: wellKnown.secrets,
  indexes: { [INDEX.secretOwner]: ownersOfSecret },
};

/** What the controllers are created from. */
export interface ControllersOptions {
  readonly config: Config;
  /** Namespace of the operator's own Secrets. */
  readonly namespace: string;
  /** Calls that any replica may make. */
  readonly replicaRest: KubeRest;
  readonly leadership: Leadership;
  readonly clock: Clock;
  readonly random: Random;
  readonly pool: OpenConnectorsPool;
  readonly scrubber: Redactor;
  readonly readMounted: ReadMounted;
  readonly log: { info(message: string): void; error(message: string): void };
  readonly onAction: ActionObserver | undefined;
}

/** A term of leadership. */
interface Term {
  readonly manager: Manager;
  readonly ports: ControllerPorts;
  readonly defaultAccount: DefaultAccount | undefined;
}

/** The controllers of this operator, and what runs beside them: late instances and the default account. */
export class Controllers {
  readonly list: readonly Controller[];
  readonly #options: ControllersOptions;
  #clusterId = '';
  #term: Term | undefined;
  #defaultAccountStatus: AccountStatus | undefined;

  constructor(options: ControllersOptions) {
    this.#options = options;
    this.list = [
      createAccountController({
        secrets: SECRETS,
        ports: () => this.#leading().ports.account,
        releaseFallback: (...deleted) => this.#leading().ports.releaseFallback(...deleted),
      }),
      createConnectorController({
        clusterId: () => this.#clusterId,
        secrets: SECRETS,
        ports: () => this.#leading().ports.connector,
        onDeleted: (connector, signal) => this.#releaseAccounts(connector, signal),
        onAction: options.onAction,
      }),
    ];
  }

  /** Identifies this cluster in owner tags; empty before `prepare`. */
  get clusterId(): string {
    return this.#clusterId;
  }

  /** Status of the default account; `undefined` before its first reconcile. */
  get defaultAccountStatus(): AccountStatus | undefined {
    return this.#defaultAccountStatus;
  }

  /** Loads what every replica needs before the first watch. Throws `KubeError`. */
  async prepare(): Promise<void> {
    const { config, replicaRest } = this.#options;
    this.#clusterId = config.clusterId ?? (await loadClusterId(replicaRest));
  }

  /** Begins a term of leadership. Throws `KubeError`. */
  async start(manager: Manager): Promise<void> {
    const { namespace, random, leadership, log } = this.#options;
    const ports = createPorts({
      ...this.#options,
      clusterId: this.#clusterId,
      fingerprintKey: await loadFingerprintKey(manager.rest, namespace, random),
      manager,
      stores: {
        connectors: manager.store(CONNECTOR_RESOURCE),
        accounts: manager.store(ACCOUNT_RESOURCE),
        secrets: manager.store(SECRETS.resource),
      },
      reconcileAccount: (uid) => this.#reconcileAccount(uid),
      onLateInstance: (id, { uid }) =>
        log.info(`Deleted instance ${id}, which was created after its resource (uid ${uid}) was deleted`),
      onLateInstanceError: (error) => log.error(`Failed to search for late instances: ${messageOf(error)}`),
    });
    const defaultAccount = this.#createDefaultAccount(ports);
    this.#term = { manager, ports, defaultAccount };
    await ports.lateInstances.start(leadership.signal);
    defaultAccount?.look(leadership.signal);
  }

  /** A pause of the account with this uid began or ended, which its status shows. Without effect in a standby. */
  accountPaused(uid: string): void {
    if (this.#term === undefined) {
      return;
    }
    const { manager } = this.#term;
    for (const { metadata } of manager.store(ACCOUNT_RESOURCE).list()) {
      if (metadata.uid === uid) {
        manager.reconcileLater(ACCOUNT_RESOURCE, metadata);
      }
    }
  }

  #reconcileAccount(uid: string): void {
    if (uid === DEFAULT_ACCOUNT_UID) {
      this.#term?.defaultAccount?.look(this.#options.leadership.signal);
    } else {
      this.accountPaused(uid);
    }
  }

  /** After the deletion of a connector: its account may wait for its last user, and its fallback credentials too. */
  async #releaseAccounts(connector: InfusionsoftConnector, signal: AbortSignal): Promise<void> {
    const { manager, ports } = this.#leading();
    const { namespace } = connector.metadata;
    releaseAccount(manager, connector);
    for (const uid of recordedAccountsOfConnector(connector)) {
      await ports.releaseFallback(uid, namespace, signal);
    }
  }

  #createDefaultAccount({ account: ports }: ControllerPorts): DefaultAccount | undefined {
    const { config, readMounted, clock, log } = this.#options;
    if (config.defaultAccountUrl === undefined) {
      return undefined;
    }
    return new DefaultAccount({
      baseUrl: config.defaultAccountUrl,
      readMounted,
      ports,
      clock,
      onReconcile: (status) => {
        const [before, after] = [readyText(this.#defaultAccountStatus), readyText(status)];
        this.#defaultAccountStatus = status;
        if (after !== before) {
          log.info(`Default account: ${after}`);
        }
      },
      onError: (error) => log.error(`Failed to reconcile the default account: ${messageOf(error)}`),
    });
  }

  #leading(): Term {
    if (this.#term === undefined) {
      throw new Error('a handler was called before the leadership began');
    }
    return this.#term;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
