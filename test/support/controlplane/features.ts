/** The optional features of a control plane. */
export interface Features {
  /** `x-kubernetes-validations` in CRDs (on by default from 1.25). */
  readonly cel: boolean;
  /** `selectableFields` in CRDs (on by default from 1.31). */
  readonly selectableFields: boolean;
  /** Garbage collection of objects with deleted owners, which needs kube-controller-manager. */
  readonly garbageCollection: boolean;
  /** Deletion of namespaces with their objects, which needs kube-controller-manager too. */
  readonly namespaceLifecycle: boolean;
  /** Whether kubectl is available on this machine. */
  readonly kubectl: boolean;
}

/** The features of a server of `version` (such as `1.34.1+k3s1`), with or without the controllers of a cluster. */
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
