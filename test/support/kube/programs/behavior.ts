import { writeSync } from 'node:fs';
import type { ResourceEvent, ResourceMeta } from '@dot-i/k8s-operator';
import { isRecord } from '../../../../src/kube/client/object.ts';

/** The handler of both compared programs, independent of the base class. */

/** The finalizer that both programs set. */
export const finalizer = 'example.dev/cleanup';

/** The base class's methods that a handler needs. */
export interface Base {
  handleFinalizer(event: ResourceEvent, action: () => Promise<void>): Promise<boolean>;
  patchStatus(meta: ResourceMeta, status: unknown): Promise<unknown>;
}

/** Reports an event to the test as one line of JSON; synchronously, so that nothing is lost on a crash. */
export function report(message: Record<string, unknown>): void {
  writeSync(1, `${JSON.stringify(message)}\n`);
}

/** Handles widgets by `spec.throwTimes`, `spec.workMs`, `spec.finalize` and `spec.report`. */
export function createHandler(base: Base): (event: ResourceEvent) => Promise<void> {
  const attempts = new Map<string, number>();
  return async (event) => {
    const spec = specOf(event.object);
    const { name } = event.meta;
    report({ type: event.type, name });
    const attempt = (attempts.get(name) ?? 0) + 1;
    attempts.set(name, attempt);
    if (attempt <= numberOf(spec['throwTimes'])) {
      throw new Error('the handler fails');
    }
    if (spec['finalize'] === true) {
      const isDone = await base.handleFinalizer(event, async () => report({ type: 'CLEANED', name }));
      if (isDone) {
        return;
      }
    }
    if (numberOf(spec['workMs']) > 0) {
      await new Promise((resolve) => setTimeout(resolve, numberOf(spec['workMs'])));
    }
    if (spec['report'] === true) {
      await base.patchStatus(event.meta, { jitterOffset: 'Done' });
    }
    report({ type: 'HANDLED', name });
  };
}

/** Reports readiness and stops on SIGTERM as in the library's README, except for `process.exit(0)`. */
export function runUntilSignal(operator: { start(): Promise<void>; stop(): unknown }): void {
  process.once('SIGTERM', () => {
    report({ type: 'STOPPING' });
    operator.stop();
  });
  operator.start().then(
    () => report({ type: 'STARTED' }),
    (error: unknown) => report({ type: 'FAILED', error: String(error) }),
  );
}

function specOf(object: unknown): Record<string, unknown> {
  const spec = isRecord(object) ? object['spec'] : undefined;
  return isRecord(spec) ? spec : {};
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
