import OperatorPkg from '@dot-i/k8s-operator';
import { createHandler, finalizer, report, runUntilSignal } from './behavior.ts';

const log = (message: string): void => report({ type: 'LOG', message });

/** The library as it is published. */
class PlainOperator extends OperatorPkg.default {
  protected override async init(): Promise<void> {
    const handle = createHandler({
      handleFinalizer: (event, action) => this.handleResourceFinalizer(event, finalizer, action),
      patchStatus: (meta, status) => this.patchResourceStatus(meta, status),
    });
    await this.watchResource('example.dev', 'v1', 'widgets', handle);
  }
}

runUntilSignal(new PlainOperator({ debug: log, info: log, warn: log, error: log }));
