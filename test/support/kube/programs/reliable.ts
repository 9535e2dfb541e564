import { KubeConfig } from '@kubernetes/client-node';
import { createKubeClient } from '../../../../src/kube/client/kube-client.ts';
import { createLeadership } from '../../../../src/kube/leader/create-leadership.ts';
import { ReliableOperator } from '../../../../src/kube/reliable-operator.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { systemRandom } from '../../../../src/runtime/random.ts';
import { createHandler, finalizer, report, runUntilSignal } from './behavior.ts';

const WIDGETS = { group: 'example.dev', version: 'v1', plural: 'widgets' } as const;

const log = (message: string): void => report({ type: 'LOG', message });

/** The same program on the base class under test. */
class ComparedOperator extends ReliableOperator {
  protected override async init(): Promise<void> {
    const handle = createHandler({
      handleFinalizer: (event, action) => this.handleResourceFinalizer(event, finalizer, action),
      patchStatus: (meta, status) => this.patchResource(WIDGETS, { metadata: meta }, { status }, 'status'),
    });
    await this.watchResource('example.dev', 'v1', 'widgets', handle);
  }
}

const logger = { debug: log, info: log, warn: log, error: log };
const environment = { clock: systemClock, random: systemRandom, logger };
const kubeConfig = new KubeConfig();
kubeConfig.loadFromDefault();
const client = createKubeClient({ kubeConfig, clock: systemClock, userAgent: 'compared' });

runUntilSignal(
  new ComparedOperator({
    ...environment,
    client,
    leadership: createLeadership({ ...environment, rest: client.rest, election: undefined }),
    workers: 4,
    component: 'example.dev/operator',
    instance: 'compared',
    queue: { backoff: { baseMs: 20, maxMs: 200 } },
  }),
);
