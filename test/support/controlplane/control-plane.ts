import { join } from 'node:path';
import type { ApiServer } from 'kube-apiserver-emulator/index.ts';
import { createKubectl, hasKubectl, type KubectlResult } from 'test-kit/kubectl.ts';
import { z } from 'zod';
import { type CrdCondition, installCrds, readCrds } from './crds.ts';
import { type Features, featuresOf } from './features.ts';
import { createRest, type Rest } from './rest.ts';

/** The kinds of control planes that the suites can run on. */
export type ControlPlaneName = 'embedded' | 'kube-apiserver' | 'kubeconfig' | 'k3s';

/** A running Kubernetes API with its clients. */
export interface ControlPlane {
  readonly name: ControlPlaneName;
  /** Without the `v`, e.g. `1.34.1+k3s1`. */
  readonly version: string;
  /** YAML of an administrator. */
  readonly kubeconfig: string;
  readonly features: Features;
  readonly rest: Rest;
  /** All requests to the server; only the emulator records them. */
  readonly ledger?: ApiServer['ledger'];
  /** Injects faults; only the emulator supports it. */
  readonly faults?: ApiServer['faults'];
  /** Installs the CRDs of this repository. Resolves when they are served, with their conditions by CRD name. */
  installCrds(): Promise<ReadonlyMap<string, readonly CrdCondition[]>>;
  /** A new namespace with the prefix `prefix`, to isolate a test. */
  createNamespace(prefix: string): Promise<string>;
  /** Runs the real kubectl; see `Kubectl.run`. */
  kubectl(
    args: readonly string[],
    options?: { readonly input?: string; readonly check?: boolean },
  ): Promise<KubectlResult>;
  stop(): Promise<void>;
}

/** The properties of a control plane. */
export interface RunningServer {
  readonly name: ControlPlaneName;
  readonly kubeconfig: string;
  /** Whether the controllers of a whole cluster run: garbage collection and the end of namespaces. */
  readonly controllers: boolean;
  /** Program to use as kubectl. */
  readonly kubectl: string;
  /** Whether the server outlives the run, so that its namespaces must be deleted. */
  readonly lasting: boolean;
  readonly instruments?: Pick<ApiServer, 'ledger' | 'faults'>;
  stop(): Promise<void>;
}

const crdFolder = join(import.meta.dirname, '..', '..', '..', 'crds');
const versionAnswer = z.object({ gitVersion: z.string() });
const namedAnswer = z.object({ metadata: z.object({ name: z.string() }) });

/** Creates the `ControlPlane` of a running server. */
export async function controlPlaneOn(server: RunningServer): Promise<ControlPlane> {
  const rest = createRest(server.kubeconfig);
  const answer = await rest.request('GET', '/version');
  const version = versionAnswer.parse(answer.body).gitVersion.replace(/^v/, '');
  const kubectl = await createKubectl(server.kubectl, server.kubeconfig);
  const namespaces: string[] = [];

  return {
    name: server.name,
    version,
    kubeconfig: server.kubeconfig,
    features: featuresOf(version, server.controllers, hasKubectl(server.kubectl)),
    rest,
    ...server.instruments,
    installCrds: async () => installCrds(rest, await readCrds(crdFolder)),
    async createNamespace(prefix) {
      const created = await rest.request('POST', '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { generateName: `${prefix}-` },
      });
      if (created.status !== 201) {
        throw new Error(`A namespace was refused: ${JSON.stringify(created.body)}`);
      }
      const { name } = namedAnswer.parse(created.body).metadata;
      namespaces.push(name);
      return name;
    },
    kubectl: (args, options) => kubectl.run(args, options),
    async stop() {
      if (server.lasting) {
        for (const name of namespaces) {
          await rest.request('DELETE', `/api/v1/namespaces/${name}`);
        }
      }
      await kubectl.close();
      await server.stop();
    },
  };
}
