import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import { parseImage } from '../image-reference.ts';
import { outputOf, starts } from '../programs.ts';
import { inScratch } from '../scratch.ts';
import type { Step } from '../step.ts';

const NAME = 'infusionsoft-connector-operator';

/** `install.yaml`: the overlay `cluster` with the released image, for `kubectl apply -f`. */
export const manifestsStep: Step = {
  name: 'manifests',
  missing: () => (starts('kubectl', 'version', '--client') ? undefined : 'kubectl not found'),
  run(release) {
    const { root, out, image, version } = release;
    inScratch((scratch) => {
      const { name, tag = version, digest } = parseImage(image);
      const kustomization = {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        // kustomize takes no absolute paths.
        resources: [relative(scratch, join(root, 'deploy', 'overlays', 'cluster'))],
        images: [{ name: NAME, newName: name, ...(digest === undefined ? { newTag: tag } : { digest }) }],
      };
      writeFileSync(join(scratch, 'kustomization.yaml'), stringify(kustomization));
      writeFileSync(join(out, 'install.yaml'), outputOf('kubectl', ['kustomize', scratch]));
    });
    return release;
  },
};
