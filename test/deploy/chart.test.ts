import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { HELMS } from './support/helm.ts';
import { canRender, renderOverlay } from './support/kustomize.ts';
import { type Manifest, parseManifests } from './support/manifest.ts';
import { rewritten } from './support/rewritten.ts';
import { validate } from './support/validate.ts';

interface Case {
  readonly name: string;
  readonly overlay?: string;
  readonly components?: readonly string[];
  readonly settings?: readonly string[];
  readonly values: object;
}

const host = 'connect.example.com';

const cases: readonly Case[] = [
  { name: 'cluster', values: {} },
  { name: 'ha', overlay: 'ha', values: { replicas: 3, spread: true } },
  {
    name: 'namespaced',
    overlay: 'namespaced',
    settings: ['CLUSTER_ID=test'],
    values: { watchNamespaces: ['openconnectors-system'], clusterId: 'test' },
  },
  {
    name: 'shard and proxy',
    settings: ['WATCH_LABEL_SELECTOR=shard=a', 'HTTPS_PROXY=http://proxy:3128', 'NO_PROXY=.example.com'],
    values: {
      watchLabelSelector: 'shard=a',
      proxy: { httpsProxy: 'http://proxy:3128', noProxy: '.example.com' },
    },
  },
  { name: 'ingress', components: ['ingress'], values: { consent: { host, ingress: { enabled: true } } } },
  { name: 'gateway', components: ['gateway'], values: { consent: { host, gateway: { enabled: true } } } },
  { name: 'consent TLS', components: ['consent-tls'], values: { consent: { tls: { enabled: true } } } },
  {
    name: 'ingress with consent TLS',
    components: ['ingress', 'consent-tls'],
    values: { consent: { host, ingress: { enabled: true }, tls: { enabled: true } } },
  },
  {
    name: 'consent TLS with gateway',
    components: ['consent-tls', 'gateway'],
    values: { consent: { host, gateway: { enabled: true }, tls: { enabled: true } } },
  },
  { name: 'default account', components: ['default-account'], values: { defaultAccount: { enabled: true } } },
  { name: 'CA bundle', components: ['ca-bundle'], values: { caBundle: { enabled: true } } },
  { name: 'ServiceMonitor', components: ['servicemonitor'], values: { serviceMonitor: { enabled: true } } },
  { name: 'dashboard', components: ['dashboard'], values: { dashboard: { enabled: true } } },
  {
    name: 'admission policies',
    components: ['admission-policies'],
    values: { admissionPolicies: { enabled: true } },
  },
  {
    name: 'warning about infusionsoftcrm',
    components: ['legacy-connector-warning'],
    values: { legacyConnectorWarning: { enabled: true } },
  },
];

const testPodSchema = z.looseObject({
  spec: z.looseObject({
    containers: z.tuple([z.looseObject({ image: z.string(), command: z.array(z.string()) })]),
  }),
});

const SETTINGS = 'infusionsoft-connector-operator-settings';

/** Labels and annotations that only one of the two tools sets. */
const OWN_KEYS =
  /^(helm\.sh\/(chart|resource-policy)|app\.kubernetes\.io\/(instance|version|managed-by)|checksum\/settings)$/;

/** The objects by kind and name, without what differs by design. */
function comparable(manifests: readonly Manifest[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    manifests
      // helm creates the namespace by --create-namespace.
      .filter(({ kind }) => kind !== 'Namespace')
      .map((manifest) => [
        `${manifest.kind} ${manifest.metadata.namespace ?? ''}/${stable(manifest.metadata.name)}`,
        normalized(manifest),
      ]),
  );
}

/** kustomize appends a hash to the name of the ConfigMap, the chart annotates the pods with one. */
function stable(name: string): string {
  return name.startsWith(`${SETTINGS}-`) ? SETTINGS : name;
}

function normalized(node: unknown): unknown {
  return rewritten(node, stable, (key) => !OWN_KEYS.test(key));
}

describe.each(HELMS)('chart', ({ title, isPresent, run: helm, renderChart }) => {
  describe.skipIf(!isPresent)(title, () => {
    describe.skipIf(!canRender)('beside the manifests (needs kubectl)', () => {
      test.each(cases.map((each) => [each.name, each] as const))(
        '%s renders the same objects',
        (_name, each) => {
          const { overlay = 'cluster', components = [], settings = [], values } = each;
          const manifests = renderOverlay({
            resources: [`deploy/overlays/${overlay}`],
            components: components.map((name) => `deploy/components/${name}`),
            configMapGenerator: [
              { name: SETTINGS, namespace: 'openconnectors-system', behavior: 'merge', literals: settings },
            ],
          });

          const objects = comparable(renderChart(stringify(values)));
          // kustomize labels nothing of the CRDs, helm labels all objects.
          const crdLabels = { 'app.kubernetes.io/part-of': 'openconnectors' };
          const expected = comparable(
            manifests.map((manifest) =>
              manifest.kind === 'CustomResourceDefinition'
                ? {
                    ...manifest,
                    metadata: { ...manifest.metadata, labels: { ...manifest.metadata.labels, ...crdLabels } },
                  }
                : manifest,
            ),
          );
          expect(objects).toEqual(expected);
        },
      );
    });

    test('passes the linter', () => {
      const { code, stdout } = helm(['lint', '--strict', 'deploy/chart']);

      expect(stdout).toContain('0 chart(s) failed');
      expect(code).toBe(0);
    });

    test.each([31, 32, 33, 34, 35, 36])('renders for Kubernetes 1.%i', (minor) => {
      expect(renderChart('', ['--kube-version', `1.${minor}`]).length).toBeGreaterThan(10);
    });

    test.each([
      ['unknown', 1],
      ['replicas', 'many'],
    ])('rejects the value %s: %s', (key, value) => {
      expect(() => renderChart(stringify({ [key]: value }))).toThrow(key);
    });

    test('requires the id of the cluster with watched namespaces', () => {
      expect(() => renderChart(stringify({ watchNamespaces: ['a'] }))).toThrow('Set clusterId');
    });

    test.each([true, false])('renders the test hook, with network policies: %s', (enabled) => {
      const { code, stdout, stderr } = helm(
        ['template', 'openconnectors', 'deploy/chart', '-n', 'openconnectors-system', '-f', '-'],
        stringify({ networkPolicy: { enabled }, image: { repository: 'registry.example.com/operator' } }),
      );
      expect(code, stderr).toBe(0);
      const hooks = parseManifests(stdout).filter(({ metadata }) => 'helm.sh/hook' in metadata.annotations);

      expect(hooks.map(({ kind }) => kind).toSorted()).toEqual(enabled ? ['NetworkPolicy', 'Pod'] : ['Pod']);
      for (const hook of hooks) {
        expect(() => validate(hook)).not.toThrow();
        expect(hook.metadata.annotations['helm.sh/hook']).toBe('test');
      }
      const pod = testPodSchema.parse(hooks.find(({ kind }) => kind === 'Pod'));
      const [service] = renderChart('').filter(({ metadata }) => metadata.name.endsWith('-metrics'));
      expect(pod.spec.containers[0].image).toContain('registry.example.com/operator:');
      expect(pod.spec.containers[0].command.join(' ')).toContain(
        `http://${service?.metadata.name}:8080/metrics`,
      );
    });

    test('omits the CRDs, and the annotation that keeps them', () => {
      const kinds = renderChart('crds: {install: false}').map(({ kind }) => kind);
      const crds = renderChart('crds: {keep: false}').filter(({ kind }) => kind.startsWith('CustomResource'));

      expect(kinds).not.toContain('CustomResourceDefinition');
      expect(crds.map(({ metadata }) => metadata.annotations)).toEqual([{}, {}]);
    });
  });
});
