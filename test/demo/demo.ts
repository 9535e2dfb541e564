import { join } from 'node:path';
import { type Clock, sleep } from '../../src/runtime/clock.ts';
import { installCrds, readCrds } from '../support/controlplane/crds.ts';
import { createRest } from '../support/controlplane/rest.ts';
import { type Cluster, connectTo } from './cluster.ts';
import type { StoryContext } from './context.ts';
import { Interrupted } from './failure.ts';
import { handsOn } from './hands.ts';
import { lookThrough } from './kubectl.ts';
import { applicationsOf } from './migration/applications.ts';
import { pluginOf } from './migration/plugin.ts';
import { observe } from './observer.ts';
import { checkOutcome, takeDown } from './outcome.ts';
import type { Screen } from './screen.ts';
import { buildStage, type Stage, startOperatorOn } from './stage.ts';
import { runStory } from './story.ts';

const crdFolder = join(import.meta.dirname, '..', '..', 'crds');
const namespace = 'demo';

/** The options of the demo. */
export interface DemoOptions {
  /** Check the result, clean up and exit instead of staying. */
  readonly once: boolean;
  readonly screen: Screen;
  readonly clock: Clock;
  /** Time to read before each step, milliseconds. */
  readonly pauseMs: number;
  /** Ends the demo at any time. */
  readonly signal: AbortSignal;
  /** Called when the story is complete and the demo stays. */
  readonly onStay: () => void;
}

/**
 * Runs the demo and always cleans up. Rejects with the reason if a result is not as
 * expected, and if `signal` aborts.
 */
export async function demonstrate(options: DemoOptions): Promise<void> {
  const { screen, clock, once } = options;
  await using cleanup = new AsyncDisposableStack();
  // Ends the running steps before the servers that they use.
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  screen.say(
    'The Infusionsoft connector operator turns a Kubernetes resource into a connector instance of SAP Open Connectors.',
    'This demo runs on this machine alone: the operator, an emulated Kubernetes API server, and a simulator of',
    'Open Connectors and Keap (Infusionsoft). All secrets are made up.',
  );
  screen.step('Starting');
  const built = await buildStage(cleanup);
  const cluster = connectTo(built.server, namespace, signal);
  cleanup.defer(() => cluster.close());
  await prepare(built.server.kubeconfig, cluster, screen);
  const stage = await startOperatorOn(built, cleanup);
  introduce(stage, screen);
  cleanup.defer(() => over.abort(new Interrupted('the demo is over')));

  const observer = observe(cluster, screen, clock, signal);
  const context: StoryContext = {
    stage,
    cluster,
    observer,
    screen,
    hands: handsOn(stage, cluster, screen),
    looking: () => lookThrough(cluster, screen, stage.server.kubeconfig),
    plugin: pluginOf(stage, namespace, screen),
    applications: applicationsOf(stage.simulator, cluster, clock),
    pause: () => sleep(clock, options.pauseMs, signal),
  };
  cleanup.defer(() => context.plugin.stop());
  // Reads of a demo that is over end with errors.
  cleanup.defer(() => context.applications.stop().catch(() => undefined));
  const story = once ? runAndCheck(context) : runAndStay(context, options);
  try {
    await Promise.race([story, stage.operator.untilItFails, observer.untilItFails, rejection(signal)]);
  } catch (error) {
    if (!(error instanceof Interrupted)) {
      screen.say('The last lines of the operator log:');
      screen.verbatim(await stage.operator.logTail(20));
    }
    throw error;
  }
}

async function prepare(kubeconfig: string, cluster: Cluster, screen: Screen): Promise<void> {
  screen.command('kubectl apply -k crds/');
  await installCrds(createRest(kubeconfig), await readCrds(crdFolder));
  screen.command(`kubectl create namespace ${namespace}`);
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
}

function introduce({ server, simulator, operator, logFile }: Stage, screen: Screen): void {
  screen.note('Kubernetes API', `${server.url} (embedded)`);
  screen.note('Open Connectors', `${simulator.baseUrl} (simulator)`);
  screen.note('Operator', `process ${operator.pid}`);
  screen.note('Its log', logFile);
}

async function runAndCheck(context: StoryContext): Promise<void> {
  await runStory(context);
  await checkOutcome(context);
  await takeDown(context);
  context.screen.say(
    'The demo is complete: three connectors were Ready, one reported its mistake, no call of an application failed,',
    'and the namespace is deleted.',
  );
}

async function runAndStay(context: StoryContext, { screen, onStay }: DemoOptions): Promise<void> {
  await runStory(context);
  screen.step('Your turn');
  screen.say('Run in another terminal:');
  screen.command(`export KUBECONFIG=${context.stage.kubeconfig}`);
  screen.command(`kubectl get ifc,oca,secrets -n ${namespace}`);
  screen.command(`kubectl get events -n ${namespace}`);
  screen.command(
    `kubectl patch ifc missing-key -n ${namespace} --type merge -p '{"spec":{"oauth":{"clientSecretRef":{"clientIdKey":"clientId"}}}}'`,
  );
  screen.command(`kubectl delete ifc crm -n ${namespace}`);
  screen.say('Changes appear here. Ctrl-C ends the demo and removes everything.');
  onStay();
  await new Promise<never>(() => undefined);
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    if (signal.aborted) {
      reject(signal.reason);
    }
  });
}
