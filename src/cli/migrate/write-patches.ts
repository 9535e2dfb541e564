import { dumpYaml } from '@kubernetes/client-node';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { API_VERSION, CONNECTOR_NAMES } from '../../api/group.ts';
import type { ConnectorPatch } from '../cluster/resources.ts';

/** A connector with its patch. */
export interface PlannedPatch {
  readonly connector: InfusionsoftConnector;
  readonly patch: ConnectorPatch;
}

/**
 * The patches as files by name: one for each connector, and a kustomization of kind Component, which a kustomization
 * with the connectors includes by `components`.
 */
export function patchFiles(patches: readonly PlannedPatch[]): ReadonlyMap<string, string> {
  // The resources of a kustomization often have no namespace yet, so it is a criterion only where names repeat.
  const namespaces = new Set(patches.map(({ connector }) => connector.metadata.namespace));
  const entries = patches.map(({ connector, patch }) => {
    const { name, namespace } = connector.metadata;
    return {
      path: `${namespace}.${name}.yaml`,
      text: yaml({
        apiVersion: API_VERSION,
        kind: CONNECTOR_NAMES.kind,
        metadata: { name, ...(namespaces.size > 1 && { namespace }), ...patch.metadata },
        ...(patch.spec !== undefined && { spec: patch.spec }),
      }),
    };
  });
  const component = {
    apiVersion: 'kustomize.config.k8s.io/v1alpha1',
    kind: 'Component',
    patches: entries.map(({ path }) => ({ path })),
  };
  return new Map([
    ...entries.map(({ path, text }) => [path, text] as const),
    ['kustomization.yaml', yaml(component)] as const,
  ]);
}

function yaml(object: object): string {
  return dumpYaml(object, { lineWidth: -1, noRefs: true });
}
