import { controlPlanes } from '../../../support/controlplane/sources.ts';
import { startWorkbench, type Workbench } from '../../../support/workbench/workbench.ts';

/** A workbench on the embedded control plane, which is stopped with it. */
export async function embeddedWorkbench(): Promise<Workbench> {
  const source = controlPlanes({}).find(({ name }) => name === 'embedded');
  if (source === undefined) {
    throw new Error('there is no embedded control plane');
  }
  const plane = await source.start();
  const bench = await startWorkbench(plane);
  return {
    ...bench,
    async stop() {
      await bench.stop();
      await plane.stop();
    },
  };
}
