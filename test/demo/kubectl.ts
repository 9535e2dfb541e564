import { createKubectl, hasKubectl, kubectlProgram } from 'test-kit/kubectl.ts';
import { CONNECTOR_NAMES } from '../../src/api/group.ts';
import type { Cluster } from './cluster.ts';
import { aligned, describeObject } from './describe.ts';
import type { Screen } from './screen.ts';

/** The two commands with which a user reads a connector. */
export interface Looking {
  describe(name: string): Promise<void>;
  get(): Promise<void>;
}

/** Runs the kubectl of this machine. Without one it renders the output itself and says so. */
export function lookThrough(cluster: Cluster, screen: Screen, kubeconfig: string): Looking {
  const { namespace } = cluster;
  const ours: Looking = {
    async describe(name) {
      const selector = `involvedObject.name=${name},involvedObject.kind=${CONNECTOR_NAMES.kind}`;
      const object = await cluster.read(CONNECTOR_NAMES.kind, name);
      screen.verbatim(describeObject(object, await cluster.list('Event', selector)));
    },
    async get() {
      screen.verbatim(aligned(await cluster.table(CONNECTOR_NAMES.kind)).join('\n'));
    },
  };
  const program = kubectlProgram();
  if (!hasKubectl(program)) {
    screen.say('kubectl is not installed, so the demo renders its output.');
    return ours;
  }
  const run = async (args: readonly string[], otherwise: () => Promise<void>): Promise<void> => {
    const kubectl = await createKubectl(program, kubeconfig);
    const { code, stdout, stderr } = await kubectl
      .run([...args, '-n', namespace], { check: false })
      .finally(() => kubectl.close());
    if (code === 0) {
      screen.verbatim(stdout);
      return;
    }
    screen.say(`kubectl failed (${stderr.trim().split('\n')[0]}), so the demo renders its output.`);
    await otherwise();
  };
  return {
    describe: (name) => run(['describe', CONNECTOR_NAMES.singular, name], () => ours.describe(name)),
    get: () => run(['get', CONNECTOR_NAMES.shortName], ours.get),
  };
}
