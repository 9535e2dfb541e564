import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config.ts';
import { configurationOf, unknownSettings } from './support/configuration.ts';
import { canRender, render, renderOverlay } from './support/kustomize.ts';
import { type Manifest, ofKind, only } from './support/manifest.ts';
import { variants } from './support/variants.ts';
import { configMapSchema, deploymentSchema } from './support/workload.ts';

const name = 'infusionsoft-connector-operator-settings';

function settingsOf(manifests: readonly Manifest[]): Readonly<Record<string, string>> {
  const [map, ...others] = ofKind(manifests, 'ConfigMap').filter(({ metadata }) =>
    metadata.name.startsWith(name),
  );
  expect(others).toEqual([]);
  return configMapSchema.parse(map).data;
}

function problemsOf(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    configurationOf(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.problems;
    }
    throw error;
  }
}

describe.skipIf(!canRender)('settings in manifests (need kubectl)', () => {
  describe.each(variants().map(({ name: title, manifests }) => [title, manifests] as const))(
    '%s',
    (_title, manifests) => {
      test('has only settings of the operator', () => {
        expect(unknownSettings(Object.keys(settingsOf(manifests)))).toEqual([]);
      });

      test('is accepted by the operator once the cluster has a name', () => {
        expect(problemsOf({ ...settingsOf(manifests), CLUSTER_ID: 'production' })).toEqual([]);
      });

      test('gives the pod its settings, and a Secret for the ones that are secret', () => {
        const [operator] = only(manifests, 'Deployment', deploymentSchema).spec.template.spec.containers;
        const [map] = ofKind(manifests, 'ConfigMap').filter(({ metadata }) => metadata.name.startsWith(name));

        expect(operator.env.map((variable) => variable.name)).toEqual(['POD_NAME', 'POD_NAMESPACE']);
        expect(operator.envFrom).toEqual([
          { configMapRef: { name: map?.metadata.name } },
          { secretRef: { name, optional: true } },
        ]);
      });

      test('holds no Secret', () => {
        expect(ofKind(manifests, 'Secret')).toEqual([]);
      });
    },
  );

  test('a changed setting is rolled out: the name of the ConfigMap changes', () => {
    const configMapOf = (manifests: readonly Manifest[]): string | undefined =>
      only(manifests, 'Deployment', deploymentSchema).spec.template.spec.containers[0].envFrom[0]
        ?.configMapRef?.name;
    const changed = renderOverlay({
      resources: ['deploy/overlays/cluster'],
      configMapGenerator: [
        { name, namespace: 'openconnectors-system', behavior: 'merge', literals: ['LOG_LEVEL=debug'] },
      ],
    });

    expect(settingsOf(changed)['LOG_LEVEL']).toBe('debug');
    expect(configMapOf(changed)).not.toBe(configMapOf(render('deploy/overlays/cluster')));
  });

  test('the overlay namespaced demands a name for the cluster, as two clusters must not share one', () => {
    const problems = problemsOf(settingsOf(render('deploy/overlays/namespaced')));

    expect(problems).toEqual([expect.stringMatching(/^CLUSTER_ID .*is missing/)]);
  });

  test('a setting that does not exist is found', () => {
    expect(unknownSettings(['LOG_LEVEL', 'LOG_LEVLE', 'OTEL_EXPORTER_OTLP_HEADERS'])).toEqual(['LOG_LEVLE']);
  });

  test('the consent pages are published under the address that the operator puts into messages', () => {
    const ingress = renderOverlay({
      resources: ['deploy/overlays/cluster'],
      components: ['deploy/components/ingress'],
    });
    const gateway = renderOverlay({
      resources: ['deploy/overlays/cluster'],
      components: ['deploy/components/gateway'],
    });
    const hostOf = (manifests: readonly Manifest[]): string =>
      new URL(settingsOf(manifests)['EXTERNAL_URL'] ?? '').host;

    expect(ofKind(ingress, 'Ingress')[0]).toMatchObject({
      spec: { rules: [{ host: hostOf(ingress) }], tls: [{ hosts: [hostOf(ingress)] }] },
    });
    expect(ofKind(gateway, 'HTTPRoute')[0]).toMatchObject({ spec: { hostnames: [hostOf(gateway)] } });
  });
});
