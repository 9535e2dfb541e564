import {
  type Attributes,
  isSpanContextValid,
  type Link,
  type Span,
  type SpanContext,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api';
import { consentOf, type Reason } from '../../api/reasons.ts';
import type { ReconcileContext } from '../../reconciler/reconcile-observer.ts';

/** The span of one reconcile. */
export interface ReconcileSpan {
  /** `trace_id` and `span_id`, for the log; empty if nothing is recorded. */
  readonly ids: Readonly<Record<string, string>>;
  /** Runs an action in its own span and returns its outcome. */
  action<Result>(name: string, carryOut: () => Promise<Result>): Promise<Result>;
  concluded(reason: Reason): void;
  failed(error: unknown): void;
}

/** Creates the spans of reconciles. */
export interface ReconcileSpans {
  reconcile<Result>(
    subject: ReconcileContext,
    attributes: Attributes,
    run: (span: ReconcileSpan) => Promise<Result>,
  ): Promise<Result>;
}

/** The actions that send a grant. */
const granting: ReadonlySet<string> = new Set(['create', 'reauthorize']);

/**
 * Spans of reconciles and their actions; the calls of an action become its children (see `traceCalls`). The action that
 * sends a grant is linked to the reconcile that requested the consent. `scrub` masks known secrets.
 */
export function createReconcileSpans(tracer: Tracer, scrub: (text: string) => string): ReconcileSpans {
  const askedBy = new Map<string, SpanContext>();
  const failed = (span: Span, error: unknown): void => {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
    span.setStatus({ code: SpanStatusCode.ERROR, message: scrub(message) });
  };

  function inSpan<Result>(
    name: string,
    options: { readonly attributes: Attributes; readonly links?: Link[] },
    run: (span: Span) => Promise<Result>,
  ): Promise<Result> {
    return tracer.startActiveSpan(name, options, async (span) => {
      try {
        return await run(span);
      } finally {
        span.end();
      }
    });
  }

  function reconcileSpan(span: Span, uid: string): ReconcileSpan {
    const context = span.spanContext();
    return {
      ids: isSpanContextValid(context) ? { trace_id: context.traceId, span_id: context.spanId } : {},
      action: (name, carryOut) =>
        inSpan(
          `action ${name}`,
          { attributes: { action: name }, links: linksOf(name, uid) },
          async (action) => {
            try {
              return await carryOut();
            } catch (error) {
              failed(action, error);
              throw error;
            }
          },
        ),
      concluded(reason) {
        span.setAttribute('reason', reason);
        if (consentOf(reason) !== 'required') {
          askedBy.delete(uid);
        } else if (isSpanContextValid(context) && !askedBy.has(uid)) {
          askedBy.set(uid, context);
        }
      },
      failed: (error) => failed(span, error),
    };
  }

  function linksOf(action: string, uid: string): Link[] {
    const context = granting.has(action) ? askedBy.get(uid) : undefined;
    return context === undefined ? [] : [{ context, attributes: { relation: 'asked for the consent' } }];
  }

  return {
    reconcile({ kind, namespace, name, uid, isDeleted }, attributes, run) {
      if (isDeleted) {
        askedBy.delete(uid);
      }
      return inSpan(`reconcile ${kind}`, { attributes: { ...attributes, namespace, name } }, (span) =>
        run(reconcileSpan(span, uid)),
      );
    },
  };
}
