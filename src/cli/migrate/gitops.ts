import type { ObjectMeta } from '../../api/metadata.ts';

/** What decides about a GitOps tool: metadata, and the field managers of the object. */
export interface Managed {
  readonly metadata: Pick<ObjectMeta, 'labels' | 'annotations'>;
  readonly fieldManagers: readonly string[];
}

/** A sign of a tool, in order. `undefined`: not managed by it. */
type Sign = (managed: Managed) => string | undefined;

const SIGNS: readonly Sign[] = [
  // https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
  ({ metadata }) => {
    const id = metadata.annotations?.['argocd.argoproj.io/tracking-id'];
    return id === undefined ? undefined : named('Argo CD application', id.split(':')[0]);
  },
  ({ metadata }) => {
    const name = metadata.labels?.['argocd.argoproj.io/instance'];
    return name === undefined ? undefined : named('Argo CD application', name);
  },
  // The label of Argo CD's default is also the one that Helm and Kustomize recommend, so it needs a second sign.
  ({ metadata, fieldManagers }) => {
    const name = metadata.labels?.['app.kubernetes.io/instance'];
    return name !== undefined && fieldManagers.some((manager) => manager.startsWith('argocd'))
      ? named('Argo CD application', name)
      : undefined;
  },
  ({ metadata }) => {
    const name = metadata.labels?.['kustomize.toolkit.fluxcd.io/name'];
    return name === undefined ? undefined : named('Flux Kustomization', name);
  },
  ({ metadata }) => {
    const name = metadata.labels?.['helm.toolkit.fluxcd.io/name'];
    return name === undefined ? undefined : named('Flux HelmRelease', name);
  },
];

/** The GitOps object that manages a resource, such as `Flux Kustomization "apps"`; `undefined` without one. */
export function gitOpsManagerOf(managed: Managed): string | undefined {
  for (const sign of SIGNS) {
    const manager = sign(managed);
    if (manager !== undefined) {
      return manager;
    }
  }
  return undefined;
}

function named(kind: string, name: string | undefined): string {
  return name === undefined || name === '' ? kind : `${kind} "${name}"`;
}
