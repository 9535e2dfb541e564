/** The group and version of the tests' own resources. */
export const API_VERSION = 'example.dev/v1';

/** The definition of a custom resource of the tests, e.g. `Widget` with the plural `widgets`: any fields, with a status. */
export function definitionOf(kind: string): Record<string, unknown> {
  const singular = kind.toLowerCase();
  const plural = `${singular}s`;
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.dev` },
    spec: {
      group: 'example.dev',
      scope: 'Namespaced',
      names: { kind, plural, singular },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema },
        },
      ],
    },
  };
}
