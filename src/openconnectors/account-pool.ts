import type { SecureContext } from 'node:tls';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import type { AccountCredentials } from './authorization.ts';
import { type Budget, type BudgetLimits, type BudgetPause, createBudget } from './budget.ts';
import { createOpenConnectors } from './client.ts';
import type { OpenConnectors } from './port.ts';
import { type BaseUrl, parseBaseUrl } from './transport/base-url.ts';
import type { CallObservation } from './transport/caller.ts';
import { createTlsContext, createTransport, type TransportOptions } from './transport/pooled-transport.ts';
import type { ProxyServer } from './transport/proxy-tunnel.ts';
import type { Transport } from './transport/transport.ts';

/** The settings of the client of one account. A change replaces the client. */
export interface AccountSettings {
  readonly baseUrl: string;
  readonly credentials: AccountCredentials;
  readonly limits: BudgetLimits;
  /** `spec.timeoutSeconds`, in milliseconds. */
  readonly timeoutMs: number;
  readonly createTimeoutMs: number;
}

/** Identifies a client: one for each account and credential. */
export interface ClientKey {
  /** `uid` of the account. */
  readonly accountUid: string;
  /** Identifies the credential: its fingerprint or the version of its Secret; no secret value. */
  readonly credential: string;
}

export interface OpenConnectorsPoolOptions {
  readonly clock: Clock;
  readonly random: Pick<Random, 'fraction'>;
  /** See `CallerOptions.guard`. */
  readonly guard?: () => void;
  /** Receives every request of the client `key`. Must not throw. */
  readonly observe?: (key: ClientKey, observation: CallObservation) => void;
  /**
   * Called when the client `key` is paused (with the cause), and when its calls resume or it is removed. Must not throw.
   */
  readonly onBudgetChange?: (key: ClientKey, state: 'open' | BudgetPause['cause']) => void;
  /** Whether the setting ALLOWED_HOSTS exempts this host and port from the address check. Default: none. */
  readonly isAddressCheckExempt?: (hostname: string, port: number) => boolean;
  /** The proxy for calls to this host and port. Default: none. */
  readonly proxyFor?: (hostname: string, port: number) => ProxyServer | undefined;
  /** Trusted besides this process' authorities. */
  readonly extraCaPem?: string;
  /** Default: undici's connection pool. */
  readonly createTransport?: ((options: TransportOptions) => Transport) | undefined;
}

/** One client, connection pool and budget for each account and credential. */
export interface OpenConnectorsPool {
  /**
   * The client; the same object while `settings` are equal. Calls in flight of a replaced client finish;
   * later calls fail as `unavailable`, with nothing sent. @throws RemoteError of class `invalid` for an invalid base
   * URL.
   */
  get(key: ClientKey, settings: AccountSettings): OpenConnectors;
  /** End of the pause of the client `key` that Open Connectors requested (wall clock, milliseconds). */
  throttledUntil(key: ClientKey): number | undefined;
  /** Removes a client. */
  remove(key: ClientKey): void;
  /** Resolves when all calls in flight have ended and all connections are closed. */
  close(): Promise<void>;
}

interface Entry {
  readonly key: ClientKey;
  readonly settings: AccountSettings;
  readonly client: OpenConnectors;
  readonly budget: Budget;
  readonly transport: Transport;
}

export function createOpenConnectorsPool(options: OpenConnectorsPoolOptions): OpenConnectorsPool {
  const entries = new Map<string, Entry>();
  const closing = new Set<Promise<void>>();
  const tls = createTlsContext(options.extraCaPem);

  const retire = (key: ClientKey): void => {
    const entry = entries.get(indexOf(key));
    entries.delete(indexOf(key));
    if (entry !== undefined) {
      entry.budget.close();
      const closed = entry.transport.close().finally(() => closing.delete(closed));
      closing.add(closed);
      options.onBudgetChange?.(key, 'open');
    }
  };
  const isCurrent = (key: ClientKey, budget: Budget): boolean => entries.get(indexOf(key))?.budget === budget;
  return {
    get(key, settings) {
      const current = entries.get(indexOf(key));
      if (current !== undefined && isEqual(current.settings, settings)) {
        return current.client;
      }
      const entry = createEntry(options, tls, key, settings, isCurrent);
      retire(key);
      entries.set(indexOf(key), entry);
      return entry.client;
    },
    throttledUntil: (key) => entries.get(indexOf(key))?.budget.throttledUntil,
    remove: retire,
    async close() {
      for (const { key } of [...entries.values()]) {
        retire(key);
      }
      await Promise.all(closing);
    },
  };
}

function createEntry(
  options: OpenConnectorsPoolOptions,
  tls: SecureContext,
  key: ClientKey,
  settings: AccountSettings,
  isCurrent: (key: ClientKey, budget: Budget) => boolean,
): Entry {
  const { clock, random, guard, observe, onBudgetChange } = options;
  const base = parseBaseUrl(settings.baseUrl);
  const transport = (options.createTransport ?? createTransport)({
    base,
    tls,
    connections: settings.limits.concurrency,
    addressCheckExempt: isExempt(options, base),
    proxy: options.proxyFor?.(base.hostname, base.port),
  });
  const budget = createBudget({
    limits: settings.limits,
    clock,
    random,
    // Calls in flight of a replaced client do not affect its replacement.
    onChange: (state) => isCurrent(key, budget) && onBudgetChange?.(key, state),
  });
  const client = createOpenConnectors({
    ...settings,
    transport,
    clock,
    budget,
    guard,
    observe: observe && ((observation) => observe(key, observation)),
  });
  return { key, settings, client, budget, transport };
}

/** Whether both keys identify the same client. */
export function isSameClient(left: ClientKey | undefined, right: ClientKey): boolean {
  return left?.accountUid === right.accountUid && left.credential === right.credential;
}

/** Where the map holds a client. A uid contains no line break. */
function indexOf({ accountUid, credential }: ClientKey): string {
  return `${accountUid}\n${credential}`;
}

function isExempt(options: OpenConnectorsPoolOptions, base: BaseUrl): boolean {
  return options.isAddressCheckExempt?.(base.hostname, base.port) ?? false;
}

function isEqual(left: AccountSettings, right: AccountSettings): boolean {
  return (
    left.baseUrl === right.baseUrl &&
    left.credentials.userSecret === right.credentials.userSecret &&
    left.credentials.organizationSecret === right.credentials.organizationSecret &&
    left.limits.requestsPerSecond === right.limits.requestsPerSecond &&
    left.limits.burst === right.limits.burst &&
    left.limits.concurrency === right.limits.concurrency &&
    left.timeoutMs === right.timeoutMs &&
    left.createTimeoutMs === right.createTimeoutMs
  );
}
