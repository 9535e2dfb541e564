import { z } from 'zod';
import { manifestsOf } from '../deploy-manifests.ts';
import { OPERATOR_NAME } from '../rbac-roles.ts';

const deploymentSchema = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({ containers: z.tuple([z.looseObject({ image: z.string() })]) }),
    }),
  }),
});

/** Labels of the objects that OLM creates. */
export const OLM_LABELS: Readonly<Record<string, string>> = {
  'app.kubernetes.io/name': OPERATOR_NAME,
  'app.kubernetes.io/part-of': 'openconnectors',
  'app.kubernetes.io/managed-by': 'olm',
};

/** The Deployment of `deploy/base`, in the form of a ClusterServiceVersion. */
export function olmDeployment(image: string): object {
  const [{ spec }] = z.tuple([deploymentSchema]).parse(manifestsOf('base/deployment.yaml'));
  const { metadata, spec: pod } = spec.template;
  const [operator] = pod.containers;
  return {
    name: OPERATOR_NAME,
    label: OLM_LABELS,
    spec: {
      ...spec,
      template: {
        metadata: { ...metadata, labels: { ...metadata.labels, ...OLM_LABELS } },
        spec: { ...pod, containers: [{ ...operator, image }] },
      },
    },
  };
}
