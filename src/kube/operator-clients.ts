import { describeError } from './client/describe-error.ts';
import type { PooledKubeConfig } from './client/pooled-config.ts';
import { KubeRest } from './client/rest.ts';
import { EventRecorder } from './events/event-recorder.ts';
import type { ReliableOperatorOptions } from './operator-options.ts';

/** The client of an operator on its connections. Its user agent is the component. */
export function createClient(
  { clock, requestTimeoutMs, observeCall, observeRetry, component }: ReliableOperatorOptions,
  config: PooledKubeConfig,
): KubeRest {
  return new KubeRest({
    config,
    clock,
    requestTimeoutMs,
    observe: observeCall,
    observeRetry,
    userAgent: component.replace(/[^A-Za-z0-9._/-]/g, '-'),
  });
}

/** Writes the Events of an operator with `rest`. An Event that is dropped is logged. */
export function createRecorder(
  { clock, random, component, instance, logger }: ReliableOperatorOptions,
  rest: KubeRest,
): EventRecorder {
  const onDropped = (event: { readonly reason: string }, error: unknown): void =>
    logger.debug(`event ${event.reason} was not written: ${describeError(error)}`);
  return new EventRecorder({ rest, clock, random, component, instance, onDropped });
}
