import {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from 'kubernetes-models/admissionregistration.k8s.io/v1';
import { CustomResourceDefinition } from 'kubernetes-models/apiextensions.k8s.io/v1';
import { Deployment } from 'kubernetes-models/apps/v1';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import {
  ClusterRole,
  ClusterRoleBinding,
  Role,
  RoleBinding,
} from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import { ConfigMap, Namespace, Pod, Service, ServiceAccount } from 'kubernetes-models/v1';
import type { Manifest } from './manifest.ts';

interface Model {
  validate(): void;
}

/** The class that holds the OpenAPI schema of a kind. */
type ModelClass = (new (data: never) => Model) & { readonly apiVersion: string; readonly kind: string };

const models: readonly ModelClass[] = [
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  CustomResourceDefinition,
  Deployment,
  Ingress,
  NetworkPolicy,
  PodDisruptionBudget,
  ClusterRole,
  ClusterRoleBinding,
  Role,
  RoleBinding,
  ConfigMap,
  Namespace,
  Pod,
  Service,
  ServiceAccount,
];

/** Kinds of other projects, whose schemas are not at hand. */
const foreign = new Set([
  'gateway.networking.k8s.io/v1/HTTPRoute',
  'monitoring.coreos.com/v1/ServiceMonitor',
]);

/** Throws where an object breaks the OpenAPI schema of its kind, or is of a kind that nobody expects in `deploy/`. */
export function validate(manifest: Manifest): void {
  const { apiVersion, kind } = manifest;
  if (foreign.has(`${apiVersion}/${kind}`)) {
    return;
  }
  const model = models.find((candidate) => candidate.apiVersion === apiVersion && candidate.kind === kind);
  if (model === undefined) {
    throw new Error(`${apiVersion} ${kind} is not known to the tests`);
  }
  new model(manifest as never).validate();
}
