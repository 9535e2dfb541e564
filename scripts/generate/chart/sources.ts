import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { manifestSchema, manifestsOf, type Source } from '../deploy-manifests.ts';
import { block, expr, optional } from './template.ts';

const deploy = join(import.meta.dirname, '..', '..', '..', 'deploy');

const CLUSTER_WIDE =
  /^(ClusterRole|ClusterRoleBinding|ValidatingAdmissionPolicy|ValidatingAdmissionPolicyBinding)$/;

/** kustomize reads YAML 1.1, where 0440 is a file mode. */
const OCTAL = { version: '1.1' } as const;

/** Labels that the helper template of the chart sets. */
const COMMON = ['app.kubernetes.io/name', 'app.kubernetes.io/part-of', 'app.kubernetes.io/managed-by'];

/** An object that a generator made. */
export function sourceOf(object: object): Source {
  return manifestSchema.parse(object);
}

/** The objects of a file of `deploy/`, for the namespace and with the labels of the release. */
export function objectsOf(file: string): readonly Source[] {
  return manifestsOf(file).map(placed);
}

/** The only object of a file of `deploy/`. */
export function objectOf(file: string): Source {
  const [object, ...others] = objectsOf(file);
  if (object === undefined || others.length > 0) {
    throw new Error(`deploy/${file} has not exactly one object`);
  }
  return object;
}

/** The object in the namespace of the release, with its labels and annotations. */
export function placed(object: Source): Source {
  const { name, labels } = object.metadata;
  const own = Object.entries(labels).filter(([label]) => !COMMON.includes(label));
  return {
    ...object,
    metadata: {
      name,
      ...(!CLUSTER_WIDE.test(object.kind) && { namespace: expr('.Release.Namespace') }),
      labels: {
        ...Object.fromEntries(own),
        [block('{{- include "operator.labels" . | nindent %0% }}')]: '',
      },
      [optional('annotations', '.Values.commonAnnotations')]: null,
    },
  };
}

const componentSchema = z.looseObject({
  configMapGenerator: z.array(z.looseObject({ literals: z.array(z.string()) })).default([]),
  patches: z.array(z.looseObject({ patch: z.string() })).default([]),
});

const podPatchSchema = z.looseObject({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.tuple([z.object({ volumeMounts: z.array(z.looseObject({ name: z.string() })) })]),
        volumes: z.array(z.looseObject({ name: z.string() })),
      }),
    }),
  }),
});

const spreadPatchSchema = z.looseObject({
  spec: z.object({
    template: z.object({ spec: z.object({ topologySpreadConstraints: z.array(z.looseObject({})) }) }),
  }),
});

function kustomizationOf(folder: string): z.infer<typeof componentSchema> {
  return componentSchema.parse(parse(readFileSync(join(deploy, folder, 'kustomization.yaml'), 'utf8')));
}

/** The value of a setting that a component sets. */
export function componentSetting(component: string, name: string): string {
  const literal = kustomizationOf(`components/${component}`)
    .configMapGenerator.flatMap(({ literals }) => literals)
    .find((candidate) => candidate.startsWith(`${name}=`));
  if (literal === undefined) {
    throw new Error(`component ${component} does not set ${name}`);
  }
  return literal.slice(name.length + 1);
}

/** The volume that a component mounts. */
export function componentVolume(component: string): {
  readonly mount: Readonly<Record<string, unknown>>;
  readonly volume: Readonly<Record<string, unknown>>;
} {
  const [patch] = kustomizationOf(`components/${component}`).patches;
  const { containers, volumes } = podPatchSchema.parse(parse(patch?.patch ?? '', OCTAL)).spec.template.spec;
  const [mount] = containers[0].volumeMounts;
  const [volume] = volumes;
  if (mount === undefined || volume === undefined) {
    throw new Error(`component ${component} has no volume`);
  }
  return { mount, volume };
}

/** How the overlay `ha` spreads the pods. */
export function spreadConstraints(): readonly object[] {
  const [patch] = kustomizationOf('overlays/ha').patches;
  return spreadPatchSchema.parse(parse(patch?.patch ?? '')).spec.template.spec.topologySpreadConstraints;
}

/** The settings of `deploy/base`. */
export function baseSettings(): Readonly<Record<string, string>> {
  const lines = readFileSync(join(deploy, 'base', 'settings.env'), 'utf8')
    .trim()
    .split('\n');
  return Object.fromEntries(lines.map((line) => line.split('=', 2)));
}
