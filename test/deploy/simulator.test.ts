import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICE_HOSTNAMES } from 'open-connectors-simulator/options.ts';
import { CREDENTIALS_SECRET, TLS_SECRET } from 'open-connectors-simulator/secrets.ts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { canRender, render } from './support/kustomize.ts';
import { ofKind, only } from './support/manifest.ts';
import { validate } from './support/validate.ts';
import { serviceSchema } from './support/workload.ts';

const root = join(import.meta.dirname, '..', '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const deploymentSchema = z.looseObject({
  spec: z.looseObject({
    replicas: z.number(),
    strategy: z.object({ type: z.string() }),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.looseObject({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        automountServiceAccountToken: z.boolean(),
        securityContext: z.record(z.string(), z.unknown()),
        containers: z.tuple([
          z.looseObject({
            image: z.string(),
            args: z.array(z.string()),
            ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
            securityContext: z.record(z.string(), z.unknown()),
            volumeMounts: z.array(z.looseObject({ mountPath: z.string(), readOnly: z.boolean() })),
          }),
        ]),
        volumes: z.tuple([
          z.looseObject({
            projected: z.looseObject({
              sources: z.array(z.object({ secret: z.object({ name: z.string() }) })),
            }),
          }),
        ]),
      }),
    }),
  }),
});

const policySchema = z.looseObject({
  spec: z.looseObject({
    egress: z.array(z.looseObject({ ports: z.array(z.object({ port: z.unknown() })) })),
  }),
});

const manifests = canRender ? render('deploy/simulator') : [];

describe.skipIf(!canRender)('deploy/simulator (needs kubectl)', () => {
  const deployment = () => only(manifests, 'Deployment', deploymentSchema).spec;
  const pod = () => deployment().template.spec;
  const container = () => pod().containers[0];

  it.each(manifests.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest] as const))(
    '%s is valid and labeled',
    (_title, manifest) => {
      expect(() => validate(manifest)).not.toThrow();
      expect(manifest.metadata.labels['app.kubernetes.io/name']).toBe('open-connectors-simulator');
      expect(manifest.metadata.labels['app.kubernetes.io/part-of']).toBe('openconnectors');
    },
  );

  it('meets the restricted Pod Security Standard', () => {
    const [namespace] = ofKind(manifests, 'Namespace');

    expect(namespace?.metadata.labels['pod-security.kubernetes.io/enforce']).toBe('restricted');
    expect(pod().automountServiceAccountToken).toBe(false);
    expect(pod().securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container().securityContext).toEqual({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('runs one replica of the image of this version', () => {
    expect(container().image).toBe(`open-connectors-simulator:${version}`);
    expect(deployment()).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  });

  it('reads the Secrets that --print-secrets prints', () => {
    const [volume] = pod().volumes;
    const [mount] = container().volumeMounts;

    expect(volume.projected.sources.map(({ secret }) => secret.name)).toEqual([
      TLS_SECRET,
      CREDENTIALS_SECRET,
    ]);
    expect(container().args).toContain(`--secrets=${mount?.mountPath}`);
  });

  it('has a Service under the host name of the certificate', () => {
    const { metadata, spec } = only(manifests, 'Service', serviceSchema);
    const [namespace] = ofKind(manifests, 'Namespace');
    const hostname = `${metadata.name}.${namespace?.metadata.name}.svc`;

    expect(SERVICE_HOSTNAMES).toContain(hostname);
    expect(container().args).toContain(`--public-url=https://${hostname}`);
    expect(spec.ports).toEqual([{ name: 'https', port: 443, targetPort: 'https' }]);
    expect(deployment().template.metadata.labels).toMatchObject(spec.selector);
  });

  it("listens on a port that the operator's NetworkPolicy allows", () => {
    const [port] = container().ports;
    const policy = only(render('deploy/overlays/cluster'), 'NetworkPolicy', policySchema);
    const allowed = policy.spec.egress.flatMap(({ ports }) => ports.map((one) => one.port));

    expect(container().args).toContain(`--port=${port?.containerPort}`);
    expect(allowed).toContain(port?.containerPort);
  });
});
