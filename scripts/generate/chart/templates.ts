import { z } from 'zod';
import { accountCrd, connectorCrd } from '../crds.ts';
import type { Source } from '../deploy-manifests.ts';
import { deploymentTemplate } from './deployment.ts';
import { rbacTemplates } from './rbac.ts';
import { objectOf, objectsOf, placed, sourceOf } from './sources.ts';
import { block, expr, optional, renderTemplate } from './template.ts';

const specSchema = z.looseObject({ spec: z.looseObject({}) });
const httpPathsSchema = z.array(z.looseObject({ path: z.string() }));

/** Every template that stems from the manifests of `deploy/`. */
export function chartTemplates(): readonly { readonly name: string; readonly text: string }[] {
  return [
    crds(),
    plain('service-account.yaml', [objectOf('base/service-account.yaml')], 'base/service-account.yaml'),
    ...rbacTemplates(),
    plain('deployment.yaml', [deploymentTemplate()], 'base/deployment.yaml'),
    plain(
      'pod-disruption-budget.yaml',
      [objectOf('base/pod-disruption-budget.yaml')],
      'base/pod-disruption-budget.yaml',
      '.Values.podDisruptionBudget.enabled',
    ),
    plain(
      'network-policy.yaml',
      [networkPolicy()],
      'base/network-policy.yaml',
      '.Values.networkPolicy.enabled',
    ),
    plain('services.yaml', services(), 'base/services.yaml'),
    plain('ingress.yaml', [ingress()], 'components/ingress/ingress.yaml', '.Values.consent.ingress.enabled'),
    plain(
      'http-route.yaml',
      [httpRoute()],
      'components/gateway/http-route.yaml',
      '.Values.consent.gateway.enabled',
    ),
    plain(
      'service-monitor.yaml',
      [serviceMonitor()],
      'components/servicemonitor/service-monitor.yaml',
      '.Values.serviceMonitor.enabled',
    ),
    plain(
      'dashboard.yaml',
      [objectOf('components/dashboard/config-map.yaml')],
      'components/dashboard/config-map.yaml',
      '.Values.dashboard.enabled',
    ),
    plain(
      'admission-policies.yaml',
      admission(),
      'components/admission-policies',
      '.Values.admissionPolicies.enabled',
    ),
    plain(
      'legacy-connector-warning.yaml',
      objectsOf('components/legacy-connector-warning/policy.yaml'),
      'components/legacy-connector-warning',
      '.Values.legacyConnectorWarning.enabled',
    ),
  ];
}

function plain(
  name: string,
  objects: readonly Source[],
  source: string,
  condition?: string,
): { readonly name: string; readonly text: string } {
  return { name, text: renderTemplate(objects, `deploy/${source}`, condition) };
}

function crds(): { readonly name: string; readonly text: string } {
  const objects = [connectorCrd(), accountCrd()].map((crd) => {
    const { metadata, ...object } = placed(sourceOf(crd));
    const { name, labels } = metadata;
    const annotations = block(
      '{{- if or .Values.crds.keep .Values.commonAnnotations }}\nannotations:\n' +
        '  {{- with .Values.commonAnnotations }}\n  {{- toYaml . | nindent %2% }}\n  {{- end }}\n' +
        '  {{- if .Values.crds.keep }}\n  helm.sh/resource-policy: keep\n  {{- end }}\n{{- end }}',
    );
    return { ...object, metadata: { name, labels, [annotations]: null } };
  });
  return { name: 'crds.yaml', text: renderTemplate(objects, 'src/api', '.Values.crds.install') };
}

function specOf(object: Source): Readonly<Record<string, unknown>> {
  return specSchema.parse(object).spec;
}

function networkPolicy(): Source {
  const object = objectOf('base/network-policy.yaml');
  const { egress, ...spec } = specOf(object);
  const extra = block(
    '{{- with .Values.networkPolicy.extraEgress }}\n{{- toYaml . | nindent %0% }}\n{{- end }}',
  );
  return { ...object, spec: { ...spec, egress: [...z.array(z.unknown()).parse(egress), extra] } };
}

/** The port of the consent pages follows `consent.tls`, as in the component `consent-tls`. */
function services(): readonly Source[] {
  return objectsOf('base/services.yaml').map((object) => {
    if (!object.metadata.name.endsWith('-consent')) {
      return object;
    }
    const port = {
      name: expr('ternary "https" "http" .Values.consent.tls.enabled'),
      port: expr('ternary 443 80 .Values.consent.tls.enabled'),
      targetPort: 'consent',
    };
    return { ...object, spec: { ...specOf(object), ports: [port] } };
  });
}

function ingress(): Source {
  const object = objectOf('components/ingress/ingress.yaml');
  const schema = z.looseObject({
    rules: z.tuple([z.looseObject({ http: z.looseObject({ paths: httpPathsSchema }) })]),
  });
  const [rule] = schema.parse(specOf(object)).rules;
  const name = `${object.metadata.name}`;
  const port = { name: expr('ternary "https" "http" .Values.consent.tls.enabled') };
  const paths = rule.http.paths.map((path) => ({ ...path, backend: { service: { name, port } } }));
  const host = expr('required "Set consent.host." .Values.consent.host');
  const { name: _name, namespace, ...metadata } = object.metadata;
  const annotations = block(
    '{{- with merge dict .Values.consent.ingress.annotations .Values.commonAnnotations }}\nannotations:\n  {{- toYaml . | nindent %2% }}\n{{- end }}',
  );
  return {
    ...object,
    metadata: { name, namespace, labels: metadata.labels, [annotations]: null },
    spec: {
      [block('{{- with .Values.consent.ingress.className }}\ningressClassName: {{ . }}\n{{- end }}')]: null,
      tls: [{ hosts: [host], secretName: expr('.Values.consent.ingress.tlsSecretName') }],
      rules: [{ host, http: { paths } }],
    },
  };
}

function httpRoute(): Source {
  const object = objectOf('components/gateway/http-route.yaml');
  const { rules } = z.looseObject({ rules: z.tuple([z.looseObject({})]) }).parse(specOf(object));
  const backend = { name: object.metadata.name, port: expr('ternary 443 80 .Values.consent.tls.enabled') };
  return {
    ...object,
    spec: {
      [optional('parentRefs', '.Values.consent.gateway.parentRefs')]: null,
      hostnames: [expr('required "Set consent.host." .Values.consent.host')],
      rules: [{ ...rules[0], backendRefs: [backend] }],
    },
  };
}

function serviceMonitor(): Source {
  const object = objectOf('components/servicemonitor/service-monitor.yaml');
  const labels = block(
    '{{- with .Values.serviceMonitor.labels }}\n{{- toYaml . | nindent %0% }}\n{{- end }}',
  );
  const all = { ...object.metadata.labels, [labels]: '' };
  return { ...object, metadata: { ...object.metadata, labels: all } };
}

function admission(): readonly Source[] {
  const folder = 'components/admission-policies';
  const policies = ['allowed-hosts.yaml', 'deletion-protection.yaml'].flatMap((file) =>
    objectsOf(`${folder}/${file}`),
  );
  const parameters = {
    ...objectOf(`${folder}/parameters.yaml`),
    data: {
      hosts: expr('.Values.admissionPolicies.hosts | quote'),
      servers: expr('.Values.admissionPolicies.servers | quote'),
    },
  };
  return [parameters, ...policies.map(withReleaseParameters)];
}

/** The parameters of a binding are in the namespace of the release. */
function withReleaseParameters(object: Source): Source {
  const { paramRef, ...spec } = specOf(object);
  if (typeof paramRef !== 'object' || paramRef === null) {
    return object;
  }
  return { ...object, spec: { ...spec, paramRef: { ...paramRef, namespace: expr('.Release.Namespace') } } };
}
