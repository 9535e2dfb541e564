import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { startApiServer } from 'kube-apiserver-emulator/index.ts';
import { kubectlProgram } from 'test-kit/kubectl.ts';
import { type ControlPlane, type ControlPlaneName, controlPlaneOn } from './control-plane.ts';
import { defaultK3sImage } from './k3s.ts';
import { startKubeApiServer } from './kube-apiserver.ts';

/** A control plane that a run may use. */
export interface ControlPlaneSource {
  readonly name: ControlPlaneName;
  /** Why this run skips it; `undefined` if it is requested. */
  readonly left: string | undefined;
  /** Starts it (or connects to it). Fails if it was requested but is not available. */
  start(): Promise<ControlPlane>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Every kind of control plane, in the order of cost: the embedded one always runs, the others where the environment asks
 * for them (`KUBEBUILDER_ASSETS`, `TEST_KUBECONFIG`, `TEST_K3S=1`).
 */
export function controlPlanes(env: Environment = process.env): readonly ControlPlaneSource[] {
  const assets = env['KUBEBUILDER_ASSETS'] ?? '';
  const kubeconfig = env['TEST_KUBECONFIG'] ?? '';
  const kubectl = kubectlProgram(env);
  return [
    {
      name: 'embedded',
      left: undefined,
      async start() {
        const server = await startApiServer({ authorization: 'RBAC' });
        return controlPlaneOn({
          name: 'embedded',
          kubeconfig: server.kubeconfig,
          controllers: true,
          kubectl,
          lasting: false,
          instruments: { ledger: server.ledger, faults: server.faults },
          stop: server.stop,
        });
      },
    },
    {
      name: 'kube-apiserver',
      left: assets === '' ? 'KUBEBUILDER_ASSETS is not set' : undefined,
      async start() {
        const server = await startKubeApiServer(assets, { authorization: 'RBAC' });
        return controlPlaneOn({
          name: 'kube-apiserver',
          kubeconfig: server.kubeconfig,
          controllers: false,
          kubectl: kubectlOf(assets, env),
          lasting: false,
          stop: server.stop,
        });
      },
    },
    {
      name: 'kubeconfig',
      left: kubeconfig === '' ? 'TEST_KUBECONFIG is not set' : undefined,
      start: async () =>
        controlPlaneOn({
          name: 'kubeconfig',
          kubeconfig: readKubeconfig(kubeconfig),
          controllers: true,
          kubectl,
          lasting: true,
          stop: async () => undefined,
        }),
    },
    {
      name: 'k3s',
      left: env['TEST_K3S'] === '1' ? undefined : 'TEST_K3S is not 1',
      async start() {
        // Imported lazily, because the container client is large.
        const { startK3s } = await import('./k3s.ts');
        const k3s = await startK3s(env['K3S_IMAGE'] ?? defaultK3sImage);
        return controlPlaneOn({ name: 'k3s', ...k3s, controllers: true, kubectl, lasting: false });
      },
    },
  ];
}

/** The file's content as JSON (which is YAML), with the paths in it made absolute. Its current context is used. */
function readKubeconfig(file: string): string {
  const config = new KubeConfig();
  config.loadFromFile(file);
  return config.exportConfig();
}

/** Prefers the kubectl of the server's own version. */
function kubectlOf(assets: string, env: Environment): string {
  const own = join(assets, 'kubectl');
  return env['KUBECTL'] === undefined && existsSync(own) ? own : kubectlProgram(env);
}
