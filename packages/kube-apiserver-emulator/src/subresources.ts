import type { ResourceType } from './resource-type.ts';

/** What discovery says of a subresource. */
export interface Subresource {
  /** Of the objects that are sent there; with group and version where they differ from those of the type. */
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** The subresource of that name. */
export function subresourceOf(type: ResourceType, name: string): Subresource {
  switch (name) {
    case 'token':
      return { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', verbs: ['create'] };
    case 'finalize':
      return { kind: type.kind, verbs: ['update'] };
    default:
      return { kind: type.kind, verbs: ['get', 'patch', 'update'] };
  }
}
