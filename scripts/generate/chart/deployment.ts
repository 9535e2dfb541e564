import { z } from 'zod';
import type { Source } from '../deploy-manifests.ts';
import { componentVolume, objectOf, spreadConstraints } from './sources.ts';
import { block, expr, optional, when } from './template.ts';

const containerSchema = z.looseObject({
  image: z.string(),
  resources: z.record(z.string(), z.unknown()),
  envFrom: z.array(z.looseObject({})),
});

const deploymentSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()) }),
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.looseObject({
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()),
      }),
      spec: z.looseObject({ containers: z.tuple([containerSchema]) }),
    }),
  }),
});

function source(): z.infer<typeof deploymentSchema> {
  return deploymentSchema.parse(objectOf('base/deployment.yaml'));
}

/** Measured requests and limits of the container. */
export function containerResources(): Readonly<Record<string, unknown>> {
  return source().spec.template.spec.containers[0].resources;
}

interface Volume {
  readonly component: string;
  readonly condition: string;
  /** The volume, with the name of its Secret or ConfigMap from the values. */
  readonly volume: (own: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

const named =
  (type: 'secret' | 'configMap', field: string, path: string): Volume['volume'] =>
  (own) => ({
    ...own,
    [type]: { ...z.record(z.string(), z.unknown()).parse(own[type]), [field]: expr(path) },
  });

const VOLUMES: readonly Volume[] = [
  {
    component: 'ca-bundle',
    condition: '.Values.caBundle.enabled',
    volume: named('configMap', 'name', '.Values.caBundle.configMapName'),
  },
  {
    component: 'consent-tls',
    condition: '.Values.consent.tls.enabled',
    volume: named('secret', 'secretName', '.Values.consent.tls.secretName'),
  },
  {
    component: 'default-account',
    condition: '.Values.defaultAccount.enabled',
    volume: named('secret', 'secretName', '.Values.defaultAccount.secretName'),
  },
];

const ANY_VOLUME = `or ${VOLUMES.map(({ condition }) => condition).join(' ')}`;

/** The Deployment of `deploy/base` with what the values add. */
export function deploymentTemplate(): Source {
  const { spec, ...deployment } = source();
  const { template } = spec;
  const { containers, ...pod } = template.spec;
  const [container] = containers;
  const { image: _image, resources: _resources, envFrom, ...rest } = container;
  const [settings, secret] = envFrom;
  const operator = {
    ...rest,
    image: expr('include "operator.image" .'),
    imagePullPolicy: expr('.Values.image.pullPolicy'),
    envFrom: [
      settings,
      {
        secretRef: {
          ...z.record(z.string(), z.unknown()).parse(secret?.['secretRef']),
          name: expr('.Values.settingsSecret'),
        },
      },
    ],
    [block('{{- with .Values.resources }}\nresources:\n  {{- toYaml . | nindent %2% }}\n{{- end }}')]: null,
    [when(ANY_VOLUME, {
      volumeMounts: VOLUMES.map(({ component, condition }) =>
        when(condition, [componentVolume(component).mount]),
      ),
    })]: null,
  };
  return {
    ...deployment,
    spec: {
      ...spec,
      replicas: expr('.Values.replicas'),
      template: {
        metadata: {
          labels: {
            [block('{{- include "operator.podLabels" . | nindent %0% }}')]: null,
          },
          annotations: {
            ...template.metadata.annotations,
            'checksum/settings': expr('include "operator.settings" . | sha256sum'),
            [block('{{- with .Values.podAnnotations }}\n{{- toYaml . | nindent %0% }}\n{{- end }}')]: null,
          },
        },
        spec: {
          ...pod,
          [optional('imagePullSecrets', '.Values.imagePullSecrets')]: null,
          [optional('nodeSelector', '.Values.nodeSelector')]: null,
          [optional('tolerations', '.Values.tolerations')]: null,
          [optional('affinity', '.Values.affinity')]: null,
          [block('{{- with .Values.priorityClassName }}\npriorityClassName: {{ . }}\n{{- end }}')]: null,
          [when('or .Values.spread .Values.topologySpreadConstraints', {
            topologySpreadConstraints: [
              when('.Values.spread', spreadConstraints()),
              block(
                '{{- with .Values.topologySpreadConstraints }}\n{{- toYaml . | nindent %0% }}\n{{- end }}',
              ),
            ],
          })]: null,
          containers: [operator],
          [when(ANY_VOLUME, {
            volumes: VOLUMES.map(({ component, condition, volume }) =>
              when(condition, [volume(componentVolume(component).volume)]),
            ),
          })]: null,
        },
      },
    },
  };
}
