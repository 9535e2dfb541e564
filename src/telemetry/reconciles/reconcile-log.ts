import type { OpenConnectorsAccount } from '../../api/account.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { GROUP } from '../../api/group.ts';
import type { ReconcileContext, ReconcileEnd } from '../../reconciler/reconcile-observer.ts';
import { controllerOfKind } from '../controller-names.ts';
import { type ReconcileContext as LoggedReconcile, type Logger, reconcileLogger } from '../log.ts';
import { type Conclusion, changesSomething, conclusionOf } from './conclusion.ts';
import type { ReconcileResult } from './result.ts';

/** The log of one reconcile: each action at debug level, and one line at the end if something changed. */
export class ReconcileLog {
  readonly #logger: Logger;
  readonly #context: LoggedReconcile;
  readonly #trace: Readonly<Record<string, string>>;
  readonly #actions: string[] = [];
  #conclusion: Conclusion | undefined;

  /** `trace` has the ids of the recorded span. */
  constructor(
    logger: Logger,
    { kind, namespace, name }: ReconcileContext,
    reconcileID: string,
    trace: Readonly<Record<string, string>>,
  ) {
    this.#logger = logger;
    this.#context = { controller: controllerOfKind[kind], group: GROUP, kind, namespace, name, reconcileID };
    this.#trace = trace;
  }

  /** `undefined` if the reconcile left the status unchanged. */
  get conclusion(): Conclusion | undefined {
    return this.#conclusion;
  }

  action(name: string): void {
    this.#actions.push(name);
    this.#write('debug', { action: name }, 'Next action');
  }

  concluded(resource: InfusionsoftConnector | OpenConnectorsAccount, result: ReconcileEnd): void {
    this.#conclusion = conclusionOf(resource, result);
  }

  /** The reconcile ended. */
  ended(durationMs: number): void {
    const said = this.#conclusion;
    const isNotable = said?.isChange === true || this.#actions.some(changesSomething);
    const fields = {
      ...(said && { ready: said.ready, reason: said.reason }),
      ...(this.#actions.length > 0 && { actions: this.#actions }),
      durationMs: Math.round(durationMs),
    };
    if (isNotable) {
      this.#write('info', fields, 'Reconciled');
    } else {
      this.#write('debug', fields, 'Reconciled, nothing changed');
    }
  }

  /** The reconcile threw. The queue logs every failure with its delay; a defect also needs the stack. */
  failed(error: unknown, result: ReconcileResult): void {
    const level = result === 'defect' ? 'error' : 'debug';
    this.#write(level, { error, actions: this.#actions }, 'Failed to reconcile');
  }

  /** Most reconciles write nothing, and then the keys are not rendered. */
  #write(level: 'debug' | 'info' | 'error', fields: object, message: string): void {
    if (this.#logger.isLevelEnabled(level)) {
      reconcileLogger(this.#logger, this.#context, this.#trace)[level](fields, message);
    }
  }
}
