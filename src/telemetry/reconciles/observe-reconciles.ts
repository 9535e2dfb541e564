import type { ObserveReconcile, ReconcileObserver } from '../../reconciler/reconcile-observer.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import { controllerOfKind } from '../controller-names.ts';
import type { Logger } from '../log.ts';
import type { ReconcileMetrics } from '../metrics/reconcile-metrics.ts';
import type { ReconcileSpan, ReconcileSpans } from '../tracing/reconcile-spans.ts';
import { isStalled } from './conclusion.ts';
import { ReconcileLog } from './reconcile-log.ts';
import { type ReconcileResult, resultOfError, resultOfValue } from './result.ts';

/** Dependencies of the observation of reconciles. */
export interface ReconcileObservationOptions {
  readonly logger: Logger;
  readonly metrics: ReconcileMetrics;
  readonly spans: ReconcileSpans;
  readonly clock: Clock;
  readonly random: Random;
}

/** Gives each reconcile an id, a span, metrics and, if something changed, a log line. */
export function observeReconciles({
  logger,
  metrics,
  spans,
  clock,
  random,
}: ReconcileObservationOptions): ObserveReconcile {
  return (subject, reconcile) => {
    const controller = controllerOfKind[subject.kind];
    const reconcileID = uuid(random);
    return spans.reconcile(subject, { controller, reconcileID }, async (span) => {
      const log = new ReconcileLog(logger, subject, reconcileID, span.ids);
      const startedAt = clock.monotonic();
      const end = (result: ReconcileResult, error?: unknown): void => {
        const tookMs = clock.monotonic() - startedAt;
        metrics.ended(controller, result, tookMs);
        if (result !== 'success' && result !== 'requeue_after') {
          log.failed(error, result);
          span.failed(error);
          return;
        }
        log.ended(tookMs);
        if (log.conclusion?.isChange === true && isStalled(log.conclusion)) {
          metrics.stalled(controller);
        }
      };
      try {
        const value = await reconcile(observerOf(log, span));
        end(resultOfValue(value));
        return value;
      } catch (error) {
        end(resultOfError(error, subject.signal.aborted), error);
        throw error;
      }
    });
  };
}

function observerOf(log: ReconcileLog, span: ReconcileSpan): ReconcileObserver {
  return {
    action({ type: name }, carryOut) {
      log.action(name);
      return span.action(name, carryOut);
    },
    concluded(resource, result) {
      log.concluded(resource, result);
      if (log.conclusion !== undefined) {
        span.concluded(log.conclusion.reason);
      }
    },
  };
}

/** A random UUID (RFC 9562, version 4). */
function uuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [8, 12, 16, 20, 32].map((end, index) => hex.slice([0, 8, 12, 16, 20][index], end)).join('-');
}
