import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { accountSpecSchema } from '../../../src/api/account.ts';
import { connectorSpecSchema } from '../../../src/api/connector.ts';
import { VERSION } from '../../../src/config/version.ts';
import { canRender, render } from '../support/kustomize.ts';
import type { Manifest } from '../support/manifest.ts';
import {
  clusterServiceVersionSchema,
  hasOperatorFramework,
  verifyBundle,
} from '../support/operator-framework.ts';
import { rewritten } from '../support/rewritten.ts';
import { validate } from '../support/validate.ts';
import { BUNDLE, installedBy, readAnnotations, readBundle } from './support.ts';

const OPERATOR = 'infusionsoft-connector-operator';
const { csv, others } = readBundle();
const rawCsv: unknown = parse(
  readFileSync(join(BUNDLE, 'manifests', `${OPERATOR}.clusterserviceversion.yaml`), 'utf8'),
);

/** Created by OLM itself, or by the user. */
const OF_OLM = /^(Namespace|ServiceAccount|RoleBinding|ClusterRoleBinding)$/;

/** The objects by kind and name, without namespace, without the tool that manages them and without the hash of settings. */
function comparable(manifests: readonly Manifest[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    manifests.map((manifest) => [
      `${manifest.kind} ${withoutHash(manifest.metadata.name)}`,
      normalized({ ...manifest, metadata: { ...manifest.metadata, namespace: undefined } }),
    ]),
  );
}

function withoutHash(text: string): string {
  return text.replace(/^(infusionsoft-connector-operator-settings)-\w+$/, '$1');
}

function normalized(node: unknown): unknown {
  return rewritten(
    node,
    withoutHash,
    (key, value) => key !== 'app.kubernetes.io/managed-by' && value !== undefined,
  );
}

describe('the OLM bundle', () => {
  it.skipIf(!canRender)('installs the objects of the overlay cluster (needs kubectl)', () => {
    const expected = render('deploy/overlays/cluster').filter(({ kind }) => !OF_OLM.test(kind));
    expect(comparable([...installedBy(csv), ...others])).toEqual(comparable(expected));
  });

  it('runs under the service account that has the permissions', () => {
    const { permissions, clusterPermissions } = csv.spec.install.spec;
    const accounts = [...permissions, ...clusterPermissions].map((each) => each.serviceAccountName);
    expect(new Set(accounts)).toEqual(new Set([OPERATOR]));
    expect(csv.spec.install.spec.deployments[0].spec.template.spec['serviceAccountName']).toBe(OPERATOR);
  });

  it.each(others.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest] as const))(
    'has an object that keeps to the schema of its kind, without namespace: %s',
    (_name, manifest) => {
      expect(() => validate(manifest)).not.toThrow();
      expect(manifest.metadata.namespace).toBeUndefined();
    },
  );

  it('serves all namespaces, and no other install mode', () => {
    const supported = csv.spec.installModes.filter((mode) => mode.supported).map(({ type }) => type);
    expect(supported).toEqual(['AllNamespaces']);
  });

  it('names one version and one image', () => {
    const image = `${OPERATOR}:${VERSION}`;
    expect(csv.metadata.name).toBe(`${OPERATOR}.v${VERSION}`);
    expect(csv.spec.version).toBe(VERSION);
    expect(csv.metadata.annotations.containerImage).toBe(image);
    expect(csv.spec.relatedImages).toEqual([{ name: OPERATOR, image }]);
    expect(csv.spec.install.spec.deployments[0].spec.template.spec.containers[0].image).toBe(image);
  });

  it('owns the CRDs that it contains', () => {
    const crds = others.filter(({ kind }) => kind === 'CustomResourceDefinition');
    const owned = csv.spec.customresourcedefinitions.owned.map(({ name }) => name);
    expect(owned).toEqual(crds.map(({ metadata }) => metadata.name));
  });

  it('describes each field of spec and status', () => {
    for (const { specDescriptors, statusDescriptors } of csv.spec.customresourcedefinitions.owned) {
      const described = [...specDescriptors, ...statusDescriptors];
      expect(described.filter(({ description }) => description === '')).toEqual([]);
      expect(statusDescriptors.map(({ path }) => path)).toContain('conditions');
    }
  });

  it('has a valid example of each kind', () => {
    const examples = z
      .array(z.looseObject({ kind: z.string(), spec: z.unknown() }))
      .parse(JSON.parse(csv.metadata.annotations['alm-examples']));
    const schemas: Readonly<Record<string, z.ZodType>> = {
      OpenConnectorsAccount: accountSpecSchema,
      InfusionsoftConnector: connectorSpecSchema,
    };
    expect(examples.map(({ kind }) => kind).toSorted()).toEqual(Object.keys(schemas).toSorted());
    for (const { kind, spec } of examples) {
      expect(schemas[kind]?.safeParse(spec).error).toBeUndefined();
    }
  });

  it('declares the format registry+v1, also in its image', () => {
    const annotations = readAnnotations();
    const dockerfile = readFileSync(join(BUNDLE, 'bundle.Dockerfile'), 'utf8');
    expect(annotations).toMatchObject({
      'operators.operatorframework.io.bundle.mediatype.v1': 'registry+v1',
      'operators.operatorframework.io.bundle.package.v1': OPERATOR,
    });
    for (const [key, value] of Object.entries(annotations)) {
      expect(dockerfile).toContain(`LABEL ${key}=${value}\n`);
    }
  });
});

describe.skipIf(!hasOperatorFramework)('the OLM bundle (needs operator-verify)', () => {
  it('passes the validation of the Operator Framework', () => {
    const { code, output } = verifyBundle(BUNDLE);
    expect(output).not.toMatch(/error/i);
    expect(code).toBe(0);
  });

  it('has a ClusterServiceVersion that keeps to its schema, without unknown fields', () => {
    const schema = clusterServiceVersionSchema();
    expect(schema.unknownFields(rawCsv)).toEqual([]);
    expect(schema.validate(schema.applyDefaults(rawCsv)).errors).toEqual([]);
  });

  it('is refused without the strategy of the installation', () => {
    const { install: _, ...spec } = z.looseObject({ install: z.unknown() }).parse(csv.spec);
    const { errors } = clusterServiceVersionSchema().validate({ ...csv, spec });
    expect(errors.map(({ path }) => path)).toContain('spec.install');
  });
});
