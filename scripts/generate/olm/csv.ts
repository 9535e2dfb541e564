import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountCrd, type Crd, connectorCrd } from '../crds.ts';
import { KEYWORDS, MINIMUM_KUBERNETES, project } from '../project.ts';
import { CLUSTER_RULES, HOME_RULES, type RbacRule, WORK_RULES } from '../rbac.ts';
import { withoutReason } from '../rbac-manifests.ts';
import { OPERATOR_NAME, OPERATOR_NAMESPACE } from '../rbac-roles.ts';
import { catalogSamples } from '../samples.ts';
import { olmDeployment } from './deployment.ts';
import { specDescriptors, statusDescriptors } from './descriptors.ts';

const DISPLAY_NAMES: Readonly<Record<string, string>> = {
  InfusionsoftConnector: 'Infusionsoft connector',
  OpenConnectorsAccount: 'Open Connectors account',
};

const DESCRIPTION = `Creates and maintains Infusionsoft (Keap) instances of SAP Open Connectors from Kubernetes resources.

An \`InfusionsoftConnector\` references Secrets with the credentials. The operator creates the instance, guides a person through the OAuth
consent, publishes the token of the instance in a Secret, corrects drift, and reports conditions.

### Before the installation

- An account of SAP Open Connectors with the role \`admin\`, and its user secret and organization secret
- An app in Keap's developer portal, with its client id and client secret

### Settings

Set variables in \`spec.config.env\` of the Subscription. They take precedence over the ConfigMap
\`${OPERATOR_NAME}-settings\`, which each update replaces. \`HTTPS_PROXY\` and \`NO_PROXY\` of a cluster-wide proxy apply.

### First connector

Create an \`OpenConnectorsAccount\` and an \`InfusionsoftConnector\` in the namespace of the application, with the Secrets that they
reference, and authorize it: \`kubectl openconnectors authorize NAME\`.`;

/** The ClusterServiceVersion: what OLM installs, and what its console shows. */
export function clusterServiceVersion(image: string, repository?: string): object {
  const { version, description } = project();
  return {
    apiVersion: 'operators.coreos.com/v1alpha1',
    kind: 'ClusterServiceVersion',
    metadata: {
      name: `${OPERATOR_NAME}.v${version}`,
      // OLM requires a namespace and replaces it.
      namespace: 'placeholder',
      labels: {
        'operatorframework.io/arch.amd64': 'supported',
        'operatorframework.io/arch.arm64': 'supported',
        'operatorframework.io/os.linux': 'supported',
      },
      annotations: {
        'alm-examples': JSON.stringify(catalogSamples(), undefined, 2),
        capabilities: 'Full Lifecycle',
        categories: 'Integration & Delivery',
        containerImage: image,
        description,
        ...(repository !== undefined && { repository }),
        'features.operators.openshift.io/proxy-aware': 'true',
        'operatorframework.io/suggested-namespace': OPERATOR_NAMESPACE,
      },
    },
    spec: {
      displayName: 'Infusionsoft Connector Operator',
      description: DESCRIPTION,
      version,
      minKubeVersion: MINIMUM_KUBERNETES,
      maturity: 'beta',
      keywords: KEYWORDS,
      provider: { name: 'Infusionsoft Connector Operator maintainers' },
      ...(repository !== undefined && { links: [{ name: 'Documentation', url: repository }] }),
      icon: [{ base64data: icon(), mediatype: 'image/svg+xml' }],
      installModes: ['OwnNamespace', 'SingleNamespace', 'MultiNamespace', 'AllNamespaces'].map((type) => ({
        type,
        supported: type === 'AllNamespaces',
      })),
      customresourcedefinitions: { owned: [connectorCrd(), accountCrd()].map(owned) },
      install: {
        strategy: 'deployment',
        spec: {
          clusterPermissions: [permissions([...WORK_RULES, ...CLUSTER_RULES])],
          permissions: [permissions(HOME_RULES)],
          deployments: [olmDeployment(image)],
        },
      },
      relatedImages: [{ name: OPERATOR_NAME, image }],
    },
  };
}

function owned(crd: Crd): object {
  const { kind } = crd.spec.names;
  const [{ name: version, schema }] = crd.spec.versions;
  return {
    name: crd.metadata.name,
    kind,
    version,
    displayName: DISPLAY_NAMES[kind] ?? kind,
    description: schema.openAPIV3Schema.description ?? '',
    resources: [{ version: 'v1', kind: 'Secret', name: '' }],
    specDescriptors: specDescriptors(crd),
    statusDescriptors: statusDescriptors(crd),
  };
}

function permissions(rules: readonly RbacRule[]): object {
  return { serviceAccountName: OPERATOR_NAME, rules: rules.map(withoutReason) };
}

function icon(): string {
  return readFileSync(join(import.meta.dirname, '..', '..', '..', 'deploy', 'icon.svg')).toString('base64');
}
