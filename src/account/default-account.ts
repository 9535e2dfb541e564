import type { AccountStatus, OpenConnectorsAccount } from '../api/account.ts';
import { defaultAccountOf } from '../ownership/default-account.ts';
import type { Clock } from '../runtime/clock.ts';
import { encodeValue } from '../secrets/secret-data.ts';
import type { SecretFact } from '../secrets/secret-fact.ts';
import type { AccountPorts } from './ports.ts';
import { reconcileAccount } from './reconcile.ts';

/** Reads the mounted Secret of the default account: file names to contents in clear; `undefined` for a missing file. */
export type ReadMounted = (name: 'userSecret' | 'organizationSecret') => string | undefined;

/** How often the mounted files are checked, and the longest pause after a failure. */
const CHECK_INTERVAL_MS = 60_000;

/** What the default account works with; `secrets` and `report` of the ports are replaced by its own. */
export interface DefaultAccountOptions {
  readonly baseUrl: string;
  readonly readMounted: ReadMounted;
  readonly ports: Omit<AccountPorts, 'secrets' | 'report'>;
  readonly clock: Clock;
  /** Called with the status after each reconcile, and with errors that ended one. */
  readonly onReconcile: (status: AccountStatus) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * The operator's own account. It goes the same way as an account that a resource stands for; only its credentials come
 * from mounted files, and its status stays in memory.
 */
export class DefaultAccount {
  readonly #options: DefaultAccountOptions;
  #status: AccountStatus = {};
  #cancel: () => void = () => undefined;
  #running: Promise<void> | undefined;
  #heeded: AbortSignal | undefined;

  constructor(options: DefaultAccountOptions) {
    this.#options = options;
  }

  /** Looks at the account now, and from then on again and again until `signal` aborts. */
  look(signal: AbortSignal): void {
    this.#cancel();
    if (this.#heeded !== signal) {
      this.#heeded = signal;
      signal.addEventListener('abort', () => this.#cancel(), { once: true });
    }
    if (signal.aborted || this.#running !== undefined) {
      return;
    }
    this.#running = this.#reconcile(signal).finally(() => {
      this.#running = undefined;
    });
  }

  async #reconcile(signal: AbortSignal): Promise<void> {
    let afterMs = CHECK_INTERVAL_MS;
    try {
      const outcome = await reconcileAccount(this.#ports(), this.#account(), signal);
      afterMs = outcome.kind === 'again' ? Math.min(CHECK_INTERVAL_MS, outcome.afterMs) : CHECK_INTERVAL_MS;
    } catch (error) {
      this.#options.onError(error);
    }
    if (!signal.aborted) {
      this.#cancel = this.#options.clock.schedule(afterMs, () => this.look(signal));
    }
  }

  #ports(): AccountPorts {
    const mounted = (): SecretFact => this.#mounted();
    return {
      ...this.#options.ports,
      secrets: { known: mounted, read: async () => mounted() },
      report: async (_account, after) => {
        this.#status = after;
        this.#options.onReconcile(after);
      },
    };
  }

  #mounted(): SecretFact {
    const files = (['userSecret', 'organizationSecret'] as const).flatMap((name) => {
      const text = this.#options.readMounted(name);
      return text === undefined ? [] : [[name, encodeValue(text)] as const];
    });
    const data = Object.fromEntries(files);
    return files.length === 0
      ? { state: 'absent' }
      : {
          state: 'read',
          resourceVersion: this.#options.ports.fingerprinter.of(JSON.stringify(data)),
          owners: [],
          metadata: { labels: {}, annotations: {} },
          data,
        };
  }

  #account(): OpenConnectorsAccount {
    return { ...defaultAccountOf(this.#options.baseUrl), status: this.#status };
  }
}
