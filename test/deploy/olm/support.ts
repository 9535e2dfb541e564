import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Manifest, parseManifests } from '../support/manifest.ts';

/** The bundle that is checked in. */
export const BUNDLE = join(import.meta.dirname, '..', '..', '..', 'deploy', 'olm');

const descriptor = z.looseObject({ path: z.string(), description: z.string() });
const permission = z.object({ serviceAccountName: z.string(), rules: z.array(z.looseObject({})) });

const csvSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    annotations: z.looseObject({ 'alm-examples': z.string(), containerImage: z.string() }),
  }),
  spec: z.looseObject({
    version: z.string(),
    installModes: z.array(z.object({ type: z.string(), supported: z.boolean() })),
    customresourcedefinitions: z.object({
      owned: z.array(
        z.looseObject({
          name: z.string(),
          version: z.string(),
          kind: z.string(),
          specDescriptors: z.array(descriptor),
          statusDescriptors: z.array(descriptor),
        }),
      ),
    }),
    install: z.object({
      strategy: z.literal('deployment'),
      spec: z.object({
        permissions: z.tuple([permission]),
        clusterPermissions: z.tuple([permission]),
        deployments: z.tuple([
          z.object({
            name: z.string(),
            label: z.record(z.string(), z.string()),
            spec: z.looseObject({
              template: z.looseObject({
                spec: z.looseObject({ containers: z.tuple([z.looseObject({ image: z.string() })]) }),
              }),
            }),
          }),
        ]),
      }),
    }),
    relatedImages: z.array(z.object({ name: z.string(), image: z.string() })),
  }),
});

/** A ClusterServiceVersion, as far as the tests read it. */
export type Csv = z.infer<typeof csvSchema>;

/** The ClusterServiceVersion and the other objects of the bundle. */
export function readBundle(): { readonly csv: Csv; readonly others: readonly Manifest[] } {
  const folder = join(BUNDLE, 'manifests');
  const manifests = readdirSync(folder).flatMap((name) =>
    parseManifests(readFileSync(join(folder, name), 'utf8')),
  );
  const [csv, ...more] = manifests.filter(({ kind }) => kind === 'ClusterServiceVersion');
  if (more.length > 0) {
    throw new Error('the bundle has more than one ClusterServiceVersion');
  }
  return {
    csv: csvSchema.parse(csv),
    others: manifests.filter(({ kind }) => kind !== 'ClusterServiceVersion'),
  };
}

/** `metadata/annotations.yaml` of the bundle. */
export function readAnnotations(): Readonly<Record<string, string>> {
  const text = readFileSync(join(BUNDLE, 'metadata', 'annotations.yaml'), 'utf8');
  return z.object({ annotations: z.record(z.string(), z.string()) }).parse(parse(text)).annotations;
}

/** The objects that OLM creates from a ClusterServiceVersion, under the names of `deploy/`. */
export function installedBy({ spec }: Csv): readonly Manifest[] {
  const { permissions, clusterPermissions, deployments } = spec.install.spec;
  const [deployment] = deployments;
  const rbac = 'rbac.authorization.k8s.io/v1';
  const { name, label: labels } = deployment;
  const meta = (own: string) => ({ name: own, labels, annotations: {} });
  return [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta(name), spec: deployment.spec },
    { apiVersion: rbac, kind: 'ClusterRole', metadata: meta(name), rules: clusterPermissions[0].rules },
    { apiVersion: rbac, kind: 'Role', metadata: meta(`${name}-home`), rules: permissions[0].rules },
  ];
}
