import type { OperatorLogger } from '@dot-i/k8s-operator';
import { type DestinationStream, destination, type Logger, pino } from 'pino';
import type { Clock } from '../runtime/clock.ts';
import type { Redactor } from '../secrets/redaction.ts';
import { finishLine, type LogFormat } from './log-line.ts';

export type { Logger } from 'pino';

/** Dependencies of `createLogger`. */
export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly format: LogFormat;
  readonly clock: Clock;
  readonly scrubber: Redactor;
  /** Standard output where absent. */
  readonly destination?: DestinationStream;
}

/** The resource of a reconcile, for the log keys of controller-runtime. */
export interface ReconcileContext {
  readonly controller: string;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** The id of the reconcile. */
  readonly reconcileID: string;
}

/**
 * The logger of the operator: one line per entry with `level`, `ts` in ISO 8601 and `msg`. Errors go under `error`
 * (`log.error({ error }, 'Failed to ...')`) with the messages of the chain of causes and the stack, without other
 * properties, which may contain whole requests. Known secrets are masked in the line.
 */
export function createLogger(options: LogOptions): Logger {
  const target = options.destination ?? destination({ fd: 1, sync: true });
  return pino(
    {
      level: options.level,
      base: null,
      messageKey: 'msg',
      errorKey: 'error',
      timestamp: () => `,"ts":"${new Date(options.clock.now()).toISOString()}"`,
      formatters: {
        level: (label) => ({ level: label }),
        log: flattenError,
      },
      serializers: { error: (error: unknown) => error },
    },
    { write: (line) => target.write(finishLine(line, options.scrubber, options.format)) },
  );
}

/** A logger for one reconcile, with the keys of controller-runtime and the ids of its `trace`. */
export function reconcileLogger(
  logger: Logger,
  context: ReconcileContext,
  trace: Readonly<Record<string, string>> = {},
): Logger {
  return logger.child({
    controller: context.controller,
    controllerGroup: context.group,
    controllerKind: context.kind,
    [context.kind]: { name: context.name, namespace: context.namespace },
    namespace: context.namespace,
    name: context.name,
    reconcileID: context.reconcileID,
    ...trace,
  });
}

/** An adapter for `@dot-i/k8s-operator`. */
export function operatorLogger(logger: Logger): OperatorLogger {
  return {
    debug: (message) => logger.debug(message),
    info: (message) => logger.info(message),
    warn: (message) => logger.warn(message),
    error: (message) => logger.error(message),
  };
}

function flattenError(fields: Record<string, unknown>): Record<string, unknown> {
  const { error, ...rest } = fields;
  if (!(error instanceof Error)) {
    return fields;
  }
  return { ...rest, error: messageChain(error), errorType: error.name, stacktrace: error.stack };
}

/** The messages of an error and its causes, outermost first. Causes may be circular. */
function messageChain(error: Error): string {
  const messages: string[] = [];
  const seen = new Set<unknown>();
  for (let at: unknown = error; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    // The connection errors of Node.js have one nested message for each address.
    const inner: readonly unknown[] = at instanceof AggregateError ? at.errors : [];
    const each = inner.map((one) => (one instanceof Error ? one.message : String(one)));
    messages.push([at.message, ...each].filter((message) => message !== '').join(', '));
  }
  return messages.join(': ');
}
