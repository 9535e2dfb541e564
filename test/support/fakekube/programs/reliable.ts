import { ReliableOperator } from '../../../../src/kube/reliable-operator.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { systemRandom } from '../../../../src/runtime/random.ts';
import { createHandler, finalizer, report, runUntilSignal } from './behavior.ts';

const log = (message: string): void => report({ type: 'LOG', message });

/** The same program on the base class under test. */
class ComparedOperator extends ReliableOperator {
  protected override async init(): Promise<void> {
    const handle = createHandler({
      handleFinalizer: (event, action) => this.handleResourceFinalizer(event, finalizer, action),
      patchStatus: (meta, status) => this.patchResourceStatus(meta, status),
    });
    await this.watchResource('example.dev', 'v1', 'widgets', handle);
  }
}

runUntilSignal(
  new ComparedOperator({
    logger: { debug: log, info: log, warn: log, error: log },
    clock: systemClock,
    random: systemRandom,
    workers: 4,
    component: 'example.dev/operator',
    instance: 'compared',
    queue: { backoff: { baseMs: 20, maxMs: 200 } },
  }),
);
