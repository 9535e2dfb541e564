import { type ResourceEvent, ResourceEventType } from '@dot-i/k8s-operator';
import { DefaultAccount } from '../account/default-account.ts';
import { forgetAccount, reconcileAccount } from '../account/reconcile.ts';
import type { AccountStatus, OpenConnectorsAccount } from '../api/account.ts';
import type { InfusionsoftConnector } from '../api/connector.ts';
import {
  ACCOUNT_FINALIZER,
  ACCOUNT_NAMES,
  CONNECTOR_NAMES,
  FINALIZER,
  GROUP,
  VERSION,
} from '../api/group.ts';
import { parseAccount, parseConnector } from '../api/parse.ts';
import { reconcile } from '../connector/reconcile.ts';
import type { ConsentServer } from '../consent/http/server.ts';
import { resourceId } from '../kube/client/paths.ts';
import type { QueueKey } from '../kube/queue/queue-key.ts';
import { type HandlerContext, type HandlerResult, ReliableOperator } from '../kube/reliable-operator.ts';
import { objectKey } from '../kube/watch/store.ts';
import { DEFAULT_ACCOUNT_KEY } from '../ownership/account-key.ts';
import {
  accountOfConnector,
  INDEX,
  importOfConnector,
  ownerOfConnector,
  ownersOfSecret,
  recordedAccountsOfConnector,
  secretsOfAccount,
  secretsOfConnector,
} from '../ownership/references.ts';
import { type EventDraft, eventsOf } from '../reconciler/events.ts';
import type { ReconcileOutcome } from '../reconciler/outcome.ts';
import {
  type ObserveReconcile,
  type ReconcileObserver,
  unobservedReconcile,
} from '../reconciler/reconcile-observer.ts';
import { mergePatch } from '../reconciler/status-patch.ts';
import { loadFingerprintKey } from '../secrets/fingerprint-key.ts';
import { loadClusterId } from './cluster-id.ts';
import { type Controllers, createControllers } from './controllers.ts';
import { freeWorkers } from './external-actions.ts';
import { contextOf, metaOf, readyText, requireReleased, toResult } from './handler-results.ts';
import type { ConnectorOperatorOptions, OperatorResources } from './options.ts';

const CONNECTORS = resourceId({ group: GROUP, version: VERSION, plural: CONNECTOR_NAMES.plural });
const ACCOUNTS = resourceId({ group: GROUP, version: VERSION, plural: ACCOUNT_NAMES.plural });
const SECRETS = resourceId({ group: '', version: 'v1', plural: 'secrets' });

/** What requests to the consent pages get to end, before the operator itself stops: a callback cut in two loses its code. */
const CONSENT_STOP_MS = 2_000;

/** The operator: which resources it watches, and which controller looks at which change. */
export class ConnectorOperator extends ReliableOperator {
  readonly #own: ConnectorOperatorOptions;
  readonly #observeReconcile: ObserveReconcile;
  #clusterId = '';
  #controllers: Controllers | undefined;
  #defaultAccount: DefaultAccount | undefined;
  #consent: Promise<ConsentServer> | undefined;
  #defaultAccountStatus: AccountStatus | undefined;

  constructor(options: ConnectorOperatorOptions) {
    super(options);
    this.#own = options;
    this.#observeReconcile = options.observeReconcile ?? unobservedReconcile;
  }

  /** Every replica serves the consent pages, whoever leads. */
  override async start(): Promise<void> {
    await super.start();
    if (this.healthy().stopping) {
      return;
    }
    this.#consent = this.#own.startConsent?.({
      rest: this.replicaRest,
      clusterId: this.#clusterId,
      secret: (namespace, name) => this.resourceStore(SECRETS).get(namespace, name),
      connector: (namespace, name) => this.resourceStore(CONNECTORS).get(namespace, name),
    });
    await this.#consent;
  }

  override async stop(deadlineMs?: number): Promise<void> {
    const server = await this.#consent?.catch(() => undefined);
    await server?.stop(CONSENT_STOP_MS);
    await super.stop(deadlineMs);
  }

  protected override async init(): Promise<void> {
    const { config } = this.#own;
    this.#clusterId = config.clusterId ?? (await loadClusterId(this.replicaRest));
    const namespaces = config.watchNamespaces.length === 0 ? [undefined] : config.watchNamespaces;
    const selection = { labelSelector: config.watchLabelSelector };
    for (const namespace of namespaces) {
      await this.watchResource(
        GROUP,
        VERSION,
        ACCOUNT_NAMES.plural,
        (event, context) => this.#onAccount(event, context),
        namespace,
        selection,
      );
      await this.watchResource(
        GROUP,
        VERSION,
        CONNECTOR_NAMES.plural,
        (event, context) => this.#onConnector(event, context),
        namespace,
        selection,
      );
    }
    this.#addIndexes();
    for (const namespace of namespaces) {
      await this.watchSecondary('', 'v1', 'secrets', {
        namespace,
        metadataOnly: true,
        map: ({ metadata }) => this.#onSecret(objectKey(metadata.namespace, metadata.name)),
      });
    }
    this.resourceStore(SECRETS).addIndex(INDEX.secretOwner, ownersOfSecret);
  }

  protected override async onStartedLeading(): Promise<void> {
    const { config, namespace, pool, scrubber } = this.#own;
    this.#controllers = createControllers({
      config,
      pool,
      scrubber,
      clusterId: this.#clusterId,
      namespace,
      fingerprintKey: await loadFingerprintKey(this.rest, namespace, this.random),
      clock: this.clock,
      random: this.random,
      rest: this.rest,
      stores: {
        connectors: this.resourceStore(CONNECTORS),
        accounts: this.resourceStore(ACCOUNTS),
        secrets: this.resourceStore(SECRETS),
      },
      connectors: {
        patchMetadata: async (connector, metadata) =>
          parseConnector(await this.patchResource(metaOf(CONNECTOR_NAMES.plural, connector), { metadata })),
        patchStatus: async (connector, status) =>
          parseConnector(
            await this.patchResource(metaOf(CONNECTOR_NAMES.plural, connector), { status }, 'status'),
          ),
      },
      recordEvent: (connector, event) => this.#record(connector, 'Reconcile', event),
      recordAccountEvent: (account, event) => this.#record(account, 'Verify', event),
      reportAccount: (account, after) => this.#reportAccount(account, after),
      wakeConnector: ({ metadata }) => this.enqueue(CONNECTORS, metadata.namespace ?? '', metadata.name),
      wakeAccount: (key) => this.#wakeAccount(key),
      onLateInstance: (id, { uid }) =>
        this.#own.logger.info(
          `deleted instance ${id}, which was created after its resource (uid ${uid}) was deleted`,
        ),
      onLateInstanceError: (error) =>
        this.#own.logger.error(
          `search for late instances: ${error instanceof Error ? error.message : 'unknown error'}`,
        ),
    });
    await this.#controllers.lateInstances.start(this.leadership);
    this.#startDefaultAccount(this.#controllers);
  }

  /** A pause of the account with this uid began or ended: its status says until when it is left alone. */
  accountPaused(uid: string): void {
    if (this.#controllers === undefined) {
      return;
    }
    for (const { metadata } of this.resourceStore(ACCOUNTS).list()) {
      if (metadata.uid === uid) {
        this.enqueue(ACCOUNTS, metadata.namespace ?? '', metadata.name);
      }
    }
  }

  /** The resources as this process knows them; none before the caches are filled. */
  resources(): OperatorResources {
    const { synced } = this.healthy();
    return {
      connectors: synced ? this.resourceStore(CONNECTORS).list() : [],
      accounts: synced ? this.resourceStore(ACCOUNTS).list() : [],
      defaultAccount: this.#defaultAccountStatus,
    };
  }

  #addIndexes(): void {
    const connectors = this.resourceStore(CONNECTORS);
    connectors.addIndex(INDEX.secret, secretsOfConnector);
    connectors.addIndex(INDEX.account, accountOfConnector);
    connectors.addIndex(INDEX.recordedAccount, recordedAccountsOfConnector);
    connectors.addIndex(INDEX.owner, ownerOfConnector(this.#clusterId));
    connectors.addIndex(INDEX.instance, importOfConnector);
    this.resourceStore(ACCOUNTS).addIndex(INDEX.secret, secretsOfAccount);
  }

  /** A Secret came, changed or went: whoever names it looks again. */
  #onSecret(key: string): void {
    for (const { metadata } of this.resourceStore(ACCOUNTS).byIndex(INDEX.secret, key)) {
      this.enqueue(ACCOUNTS, metadata.namespace ?? '', metadata.name);
    }
    for (const { metadata } of this.resourceStore(CONNECTORS).byIndex(INDEX.secret, key)) {
      this.enqueue(CONNECTORS, metadata.namespace ?? '', metadata.name);
    }
  }

  /** A connector waits for its account; an account must get through however many connectors wait for it. */
  protected override laneOf({ id, namespace, name }: QueueKey): string | undefined {
    const connector = id === CONNECTORS ? this.resourceStore(CONNECTORS).get(namespace, name) : undefined;
    return connector === undefined ? undefined : accountOfConnector(connector)[0];
  }

  #onConnector(event: ResourceEvent, context: HandlerContext): Promise<HandlerResult | undefined> {
    const { signal, withoutWorker } = context;
    const subject = contextOf(CONNECTOR_NAMES.kind, event, signal);
    return this.#observeReconcile(subject, (observer) =>
      this.#reconcileConnector(event, signal, freeWorkers(observer, withoutWorker)),
    );
  }

  async #reconcileConnector(
    event: ResourceEvent,
    signal: AbortSignal,
    observer: ReconcileObserver,
  ): Promise<HandlerResult | undefined> {
    const { connector: ports, releaseFallback } = this.#leading();
    const connector = parseConnector(event.object);
    if (event.type === ResourceEventType.Deleted) {
      ports.memory.forget(connector.metadata.uid);
      this.#wakeAccountOf(connector);
      for (const uid of recordedAccountsOfConnector(connector)) {
        await releaseFallback(uid, connector.metadata.namespace, signal);
      }
      return undefined;
    }
    const pass = (): Promise<ReconcileOutcome> =>
      reconcile(ports, connector, signal, this.#own.onAction, observer);
    if (connector.metadata.deletionTimestamp === undefined) {
      return toResult(await pass());
    }
    await this.handleResourceFinalizer(event, FINALIZER, async () => requireReleased(await pass()));
    return undefined;
  }

  #onAccount(event: ResourceEvent, context: HandlerContext): Promise<HandlerResult | undefined> {
    const { signal, withoutWorker } = context;
    const subject = contextOf(ACCOUNT_NAMES.kind, event, signal);
    return this.#observeReconcile(subject, (observer) =>
      this.#reconcileAccount(event, signal, freeWorkers(observer, withoutWorker)),
    );
  }

  async #reconcileAccount(
    event: ResourceEvent,
    signal: AbortSignal,
    observer: ReconcileObserver,
  ): Promise<HandlerResult | undefined> {
    const { account: ports, releaseFallback } = this.#leading();
    const account = parseAccount(event.object);
    if (event.type === ResourceEventType.Deleted) {
      forgetAccount(ports, account);
      await releaseFallback(account.metadata.uid, account.metadata.namespace, signal);
      return undefined;
    }
    const pass = (): Promise<ReconcileOutcome> => reconcileAccount(ports, account, signal, observer);
    const isSettled = await this.handleResourceFinalizer(event, ACCOUNT_FINALIZER, async () =>
      requireReleased(await pass()),
    );
    return isSettled ? undefined : toResult(await pass());
  }

  async #reportAccount(account: OpenConnectorsAccount, after: AccountStatus): Promise<void> {
    const before = account.status ?? {};
    const patch = mergePatch(before, after);
    if (patch !== undefined) {
      await this.patchResourceStatus(metaOf(ACCOUNT_NAMES.plural, account), patch);
    }
    for (const event of eventsOf([], before.conditions ?? [], after.conditions ?? [])) {
      this.#record(account, 'Verify', event);
    }
  }

  #record(
    { apiVersion, kind, metadata }: InfusionsoftConnector | OpenConnectorsAccount,
    action: string,
    { type, reason, message }: EventDraft,
  ): void {
    const { namespace, name, uid, resourceVersion } = metadata;
    this.events.record({
      object: { apiVersion, kind, namespace, name, uid, resourceVersion },
      type,
      reason,
      action,
      note: message,
    });
  }

  #wakeAccount(key: string): void {
    if (key === DEFAULT_ACCOUNT_KEY) {
      this.#defaultAccount?.look(this.leadership);
      return;
    }
    const slash = key.indexOf('/');
    this.enqueue(ACCOUNTS, key.slice(0, slash), key.slice(slash + 1));
  }

  /** An account that waits for its last user to go is told. */
  #wakeAccountOf({ metadata, spec }: InfusionsoftConnector): void {
    const name = spec.accountRef?.name;
    if (name !== undefined && this.resourceStore(ACCOUNTS).get(metadata.namespace, name) !== undefined) {
      this.enqueue(ACCOUNTS, metadata.namespace, name);
    }
  }

  #startDefaultAccount({ account: ports }: Controllers): void {
    const { config, readMounted, logger } = this.#own;
    if (config.defaultAccountUrl === undefined) {
      return;
    }
    this.#defaultAccount = new DefaultAccount({
      baseUrl: config.defaultAccountUrl,
      readMounted,
      ports,
      clock: this.clock,
      onReconcile: (status) => {
        const [before, after] = [readyText(this.#defaultAccountStatus), readyText(status)];
        this.#defaultAccountStatus = status;
        if (after !== before) {
          logger.info(`default account: ${after}`);
        }
      },
      onError: (error) =>
        logger.error(`default account: ${error instanceof Error ? error.message : 'unknown error'}`),
    });
    this.#defaultAccount.look(this.leadership);
  }

  #leading(): Controllers {
    if (this.#controllers === undefined) {
      throw new Error('a handler was called before the leadership began');
    }
    return this.#controllers;
  }
}
