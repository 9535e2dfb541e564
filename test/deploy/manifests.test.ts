import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { settings } from '../../src/config/settings.ts';
import { durationMs } from './support/configuration.ts';
import { canRender } from './support/kustomize.ts';
import { type Manifest, ofKind, only } from './support/manifest.ts';
import { validate } from './support/validate.ts';
import { variants } from './support/variants.ts';
import {
  bindingSchema,
  budgetSchema,
  deploymentSchema,
  ingressSchema,
  routeSchema,
  serviceSchema,
} from './support/workload.ts';

const root = join(import.meta.dirname, '..', '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What the process needs after its calls are over: events, Lease, connections. */
const endingMs = 5_000;

/** The Service ports that Ingresses name and HTTPRoutes number. */
function publishedPorts(manifests: readonly Manifest[]): readonly (string | number)[] {
  const ingresses = ofKind(manifests, 'Ingress').map((ingress) => ingressSchema.parse(ingress));
  const routes = ofKind(manifests, 'HTTPRoute').map((route) => routeSchema.parse(route));
  return [
    ...ingresses.flatMap(({ spec }) =>
      spec.rules.flatMap(({ http }) => http.paths.map(({ backend }) => backend.service.port.name)),
    ),
    ...routes.flatMap(({ spec }) =>
      spec.rules.flatMap(({ backendRefs }) => backendRefs.map(({ port }) => port)),
    ),
  ];
}

const all = variants();

describe.skipIf(!canRender)('manifests (need kubectl)', () => {
  test('are rendered for every overlay and component', () => {
    expect(all.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['overlay cluster', 'overlay namespaced', 'overlay ha', 'component ingress']),
    );
  });

  describe.each(all.map(({ name, manifests }) => [name, manifests] as const))('%s', (_name, manifests) => {
    const deployment = only(manifests, 'Deployment', deploymentSchema);
    const pod = deployment.spec.template.spec;
    const [operator] = pod.containers;
    const services = ofKind(manifests, 'Service').map((service) => serviceSchema.parse(service));

    test.each(manifests.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest] as const))(
      '%s keeps to the schema of its kind',
      (_title, manifest) => {
        expect(() => validate(manifest)).not.toThrow();
      },
    );

    test('has each object once', () => {
      const ids = manifests.map(
        ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
      );

      expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    });

    test('labels every object of its own', () => {
      const unlabeled = manifests
        .filter(({ kind }) => kind !== 'CustomResourceDefinition')
        .filter(({ metadata }) => metadata.labels['app.kubernetes.io/part-of'] !== 'openconnectors');

      expect(unlabeled.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([]);
    });

    test('brings both CRDs', () => {
      expect(ofKind(manifests, 'CustomResourceDefinition').map(({ metadata }) => metadata.name)).toEqual([
        'infusionsoftconnectors.openconnectors.dev',
        'openconnectorsaccounts.openconnectors.dev',
      ]);
    });

    test('runs what the restricted Pod Security Standard allows', () => {
      const [namespace] = ofKind(manifests, 'Namespace');

      expect(namespace?.metadata.labels['pod-security.kubernetes.io/enforce']).toBe('restricted');
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(operator.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        privileged: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      const allowed = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'projected', 'secret'];
      expect(pod.volumes.flatMap((volume) => Object.keys(volume)).filter((key) => key !== 'name')).toSatisfy(
        (types: readonly string[]) => types.every((type) => allowed.includes(type)),
      );
      expect(pod).not.toHaveProperty('hostNetwork');
      expect(pod).not.toHaveProperty('hostPID');
      expect(pod).not.toHaveProperty('hostIPC');
    });

    test('mounts what it declares, for reading', () => {
      expect(operator.volumeMounts.map(({ name }) => name).sort()).toEqual(
        pod.volumes.map(({ name }) => name).sort(),
      );
      expect(operator.volumeMounts.every(({ readOnly }) => readOnly)).toBe(true);
    });

    test('names an image by the version of the project', () => {
      expect(operator.image).toBe(`infusionsoft-connector-operator:${version}`);
    });

    test('uses the default ports of the operator', () => {
      expect(
        Object.fromEntries(operator.ports.map(({ name, containerPort }) => [name, String(containerPort)])),
      ).toEqual({
        metrics: settings.metricsPort.default,
        health: settings.healthPort.default,
        consent: settings.consentPort.default,
      });
    });

    test('is probed at ports that it has', () => {
      const ports = operator.ports.map(({ name }) => name);

      expect(operator.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'health' });
      expect(operator.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'health' });
      expect(ports).toContain('health');
    });

    test('has services that reach it', () => {
      const ports = operator.ports.map(({ name }) => name);

      expect(services.length).toBe(2);
      for (const { spec } of services) {
        expect(deployment.spec.template.metadata.labels).toMatchObject(spec.selector);
        expect(ports).toEqual(expect.arrayContaining(spec.ports.map(({ targetPort }) => targetPort)));
      }
    });

    test('publishes ports that the Service of the consent pages has', () => {
      const ports = services.find(({ metadata }) => metadata.name.endsWith('-consent'))?.spec.ports ?? [];
      const published = publishedPorts(manifests);

      expect(ports.flatMap(({ name, port }) => [name, port])).toEqual(expect.arrayContaining([...published]));
    });

    test('selects its own pods', () => {
      const { labels } = deployment.spec.template.metadata;
      const budget = only(manifests, 'PodDisruptionBudget', budgetSchema);

      expect(labels).toMatchObject(deployment.spec.selector.matchLabels);
      expect(labels).toMatchObject(budget.spec.selector.matchLabels);
      for (const { labelSelector } of pod.topologySpreadConstraints) {
        expect(labels).toMatchObject(labelSelector.matchLabels);
      }
    });

    test('can be evicted, also with one replica or when it is not ready', () => {
      const { spec } = only(manifests, 'PodDisruptionBudget', budgetSchema);

      expect(spec.maxUnavailable).toBeGreaterThanOrEqual(1);
      expect(spec.unhealthyPodEvictionPolicy).toBe('AlwaysAllow');
    });

    test('gets longer to end than it takes', () => {
      expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThanOrEqual(
        durationMs(settings.shutdownGraceMs.default) + endingMs,
      );
    });

    test('asks for the resources it needs, and has a limit of memory but none of CPU', () => {
      expect(Object.keys(operator.resources.requests).sort()).toEqual(['cpu', 'memory']);
      expect(Object.keys(operator.resources.limits)).toEqual(['memory']);
    });

    test('runs as the service account that the bindings name', () => {
      const bindings = ['RoleBinding', 'ClusterRoleBinding']
        .flatMap((kind) => ofKind(manifests, kind))
        .map((binding) => bindingSchema.parse(binding));
      const subject = {
        kind: 'ServiceAccount',
        name: pod.serviceAccountName,
        namespace: deployment.metadata.namespace,
      };

      expect(bindings.length).toBeGreaterThan(1);
      expect(bindings.flatMap(({ subjects }) => subjects)).toEqual(bindings.map(() => subject));
      for (const { roleRef, metadata } of bindings) {
        const role = ofKind(manifests, roleRef.kind).find(
          (candidate) =>
            candidate.metadata.name === roleRef.name && candidate.metadata.namespace === metadata.namespace,
        );
        expect(role, `${roleRef.kind} ${roleRef.name}`).toBeDefined();
      }
      expect(ofKind(manifests, 'ServiceAccount').map(({ metadata }) => metadata.name)).toEqual([
        pod.serviceAccountName,
      ]);
    });
  });
});
