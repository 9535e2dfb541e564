import { z } from 'zod';
import { API_VERSION } from '../../../src/api/group.ts';
import { controlPlanes } from '../../support/controlplane/sources.ts';
import type { Namespace } from '../../support/workbench/cluster.ts';
import { startWorkbench, type Workbench } from '../../support/workbench/workbench.ts';
import { SITUATIONS, type Situation } from './situations.ts';
import { stableObject } from './stable.ts';

const objectSchema = z.record(z.string(), z.unknown());

/** What the operator wrote in each situation, without what differs from run to run. */
export type Recording = ReadonlyMap<Situation, unknown>;

/** Lets every situation come about on an embedded control plane of its own, all with one operator. */
export async function record(): Promise<Recording> {
  const embedded = controlPlanes({}).find(({ name }) => name === 'embedded');
  if (embedded === undefined) {
    throw new Error('there is no embedded control plane');
  }
  const plane = await embedded.start();
  try {
    const bench = await startWorkbench(plane);
    const recording = await recordOn(bench);
    await bench.stop();
    return recording;
  } finally {
    await plane.stop();
  }
}

async function recordOn(bench: Workbench): Promise<Recording> {
  const recording = new Map<Situation, unknown>();
  const scenes = await Promise.all(
    SITUATIONS.map(async (situation) => ({ situation, namespace: await bench.namespace('argocd') })),
  );
  const inPhase = (phase: Situation['phase']) => scenes.filter(({ situation }) => situation.phase === phase);
  const take = async ({ situation, namespace }: (typeof scenes)[number]): Promise<void> => {
    recording.set(situation, stableObject(await read(bench, namespace, situation), namespace.name));
  };

  for (const scene of inPhase('before')) {
    await scene.situation.arrange(bench, scene.namespace);
    await take(scene);
  }
  const operator = await bench.startOperator();
  for (const scene of inPhase('during')) {
    await scene.situation.arrange(bench, scene.namespace);
    await take(scene);
  }
  for (const scene of inPhase('after')) {
    await scene.situation.arrange(bench, scene.namespace);
  }
  await operator.stop();
  for (const scene of inPhase('after')) {
    await scene.situation.afterwards?.(scene.namespace);
    await take(scene);
  }
  return recording;
}

async function read(
  bench: Workbench,
  namespace: Namespace,
  { kind, object }: Situation,
): Promise<Record<string, unknown>> {
  const plural = kind === 'InfusionsoftConnector' ? 'infusionsoftconnectors' : 'openconnectorsaccounts';
  const path = `/apis/${API_VERSION}/namespaces/${namespace.name}/${plural}/${object}`;
  return objectSchema.parse((await bench.plane.rest.request('GET', path)).body);
}
