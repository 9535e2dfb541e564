import type { Tracer } from '@opentelemetry/api';
import type { ConsentOutcome } from '../consent/outcomes.ts';
import type { ObservedCall, ObservedRetry } from '../kube/client/rest-options.ts';
import type { ReliableOperatorOptions } from '../kube/operator-options.ts';
import type { OpenConnectorsPoolOptions } from '../openconnectors/account-pool.ts';
import type { ObserveReconcile } from '../reconciler/reconcile-observer.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import type { Redactor } from '../secrets/redaction.ts';
import type { Logger } from './log.ts';
import { countConsents } from './metrics/consent-metrics.ts';
import { observeKubeCalls } from './metrics/kube-metrics.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { createPauseBook, type PauseBook } from './metrics/pauses.ts';
import { observeQueue } from './metrics/queue-metrics.ts';
import { countReconciles } from './metrics/reconcile-metrics.ts';
import { observeExternalCalls } from './metrics/remote-metrics.ts';
import { observeReconciles } from './reconciles/observe-reconciles.ts';
import { traceCalls } from './tracing/call-spans.ts';
import { createReconcileSpans } from './tracing/reconcile-spans.ts';

/** Dependencies of `createInstruments`. */
export interface InstrumentOptions {
  readonly logger: Logger;
  readonly scrubber: Redactor;
  readonly clock: Clock;
  readonly random: Random;
  readonly tracer: Tracer;
  readonly workers: number;
  /** Host and port of the API server. */
  readonly kubeHost: string;
}

/** The observers of an operator, which write logs, metrics and traces. */
export interface Instruments {
  readonly metrics: Metrics;
  readonly pauses: PauseBook;
  readonly kube: {
    readonly observeCall: (call: ObservedCall) => void;
    readonly observeRetry: (retry: ObservedRetry) => void;
    readonly queue: Required<Pick<ReliableOperatorOptions, 'queue'>>['queue'];
  };
  readonly pool: Required<Pick<OpenConnectorsPoolOptions, 'observe' | 'onBudgetChange'>>;
  readonly observeReconcile: ObserveReconcile;
  /** Receives the outcome of each request to the consent pages. */
  readonly observeConsent: (outcome: ConsentOutcome) => void;
}

/** Creates the instruments of one operator. */
export function createInstruments(options: InstrumentOptions): Instruments {
  const { logger, scrubber, clock, random, tracer } = options;
  const metrics = createMetrics();
  const pauses = createPauseBook();
  const spans = traceCalls(tracer, clock);
  const countKubeCalls = observeKubeCalls(metrics, options.kubeHost);
  const countExternalCall = observeExternalCalls(metrics);
  return {
    metrics,
    pauses,
    kube: {
      observeCall(call) {
        countKubeCalls.call(call);
        spans.kube(call);
      },
      observeRetry: countKubeCalls.retry,
      queue: { observer: observeQueue(metrics, clock, options.workers) },
    },
    pool: {
      observe(_account, observation) {
        countExternalCall(observation);
        spans.remote(observation);
      },
      onBudgetChange: notePauses(pauses, logger),
    },
    observeConsent: countConsents(metrics),
    observeReconcile: observeReconciles({
      logger,
      clock,
      random,
      metrics: countReconciles(metrics),
      spans: createReconcileSpans(tracer, (text) => scrubber.scrub(text)),
    }),
  };
}

function notePauses(pauses: PauseBook, logger: Logger): Instruments['pool']['onBudgetChange'] {
  return (key, state) => {
    if (!pauses.note(key, state)) {
      return;
    }
    const { accountUid } = key;
    if (state === 'open') {
      logger.info({ accountUid }, 'Resumed the calls of an account');
    } else {
      logger.warn({ accountUid, cause: state }, 'Paused all calls of an account');
    }
  };
}
