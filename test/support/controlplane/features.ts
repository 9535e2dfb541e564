/** What a control plane can do besides the basics that all of them share. */
export interface Features {
  /** `x-kubernetes-validations` in CRDs (on by default from 1.25). */
  readonly cel: boolean;
  /** `selectableFields` in CRDs (on by default from 1.31). */
  readonly selectableFields: boolean;
  /** Objects go when their owners do. A kube-apiserver without kube-controller-manager never does that. */
  readonly garbageCollection: boolean;
  /** A deleted namespace takes its objects along, and goes in the end. Needs kube-controller-manager too. */
  readonly namespaceLifecycle: boolean;
  /** Not of the server: whether there is a kubectl to try it with. */
  readonly kubectl: boolean;
}

/** What a server of `version` (such as `1.34.1+k3s1`) can do, with or without the controllers of a whole cluster. */
export function featuresOf(version: string, controllers: boolean, kubectl: boolean): Features {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const atLeast = (wanted: number): boolean => major > 1 || (major === 1 && minor >= wanted);
  return {
    cel: atLeast(25),
    selectableFields: atLeast(31),
    garbageCollection: controllers,
    namespaceLifecycle: controllers,
    kubectl,
  };
}
