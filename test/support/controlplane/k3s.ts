import { K3sContainer } from '@testcontainers/k3s';
import { getContainerRuntimeClient } from 'testcontainers';

/** K3s in a container. */
export interface K3s {
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/** Pinned, so that a run can be repeated; `K3S_IMAGE` names another. */
export const defaultK3sImage = 'rancher/k3s:v1.34.6-k3s1';

/** Disabled components, because the tests need no pods and each image would be pulled. */
const disabled = 'traefik,servicelb,metrics-server,local-storage,coredns';

/** Starts K3s. Fails with the reason if no container engine responds or the image is not available. */
export async function startK3s(image: string): Promise<K3s> {
  await requireContainerEngine();
  try {
    const container = await new K3sContainer(image).withCommand(['server', `--disable=${disabled}`]).start();
    return {
      kubeconfig: container.getKubeConfig(),
      stop: async () => {
        await container.stop();
      },
    };
  } catch (error) {
    throw new Error(`K3s (${image}) was asked for by TEST_K3S, but could not be started`, { cause: error });
  }
}

async function requireContainerEngine(): Promise<void> {
  try {
    await getContainerRuntimeClient();
  } catch (error) {
    throw new Error('TEST_K3S is 1, but no container engine was found', { cause: error });
  }
}
