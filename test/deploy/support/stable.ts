/** Metadata of a snapshot; what the server adds besides tells nothing. */
const METADATA = ['name', 'namespace', 'generation', 'annotations', 'finalizers'] as const;

/** What differs from run to run, in any text, and what stands for it in a snapshot. */
const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  [/https:\/\/localhost:\d+/g, 'https://api.openconnectors.us2.ext.hana.ondemand.com'],
  [/localhost:\d+/g, 'api.openconnectors.us2.ext.hana.ondemand.com'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '2026-01-01T00:00:00Z'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '00000000-0000-4000-8000-000000000000'],
];

/** Fields whose values differ from run to run, and the values of a snapshot. */
const FIELDS: Readonly<Record<string, (value: unknown) => unknown>> = {
  fingerprint: () => 'fingerprint',
  grant: () => 'digest',
  resourceVersion: () => '1000',
  // Of an instance, or of an organization.
  id: (value) => (typeof value === 'number' ? 4711 : '1'),
  importId: () => 4711,
  count: () => 1,
  organizationId: () => '1',
  // Of an account: depends on what else goes on there.
  instances: () => ({ managed: 1, orphaned: 0 }),
  'openconnectors.dev/attempt': () => '{}',
};

/** An object without anything that differs from run to run; `namespace` becomes `team-a`. */
export function stableObject(object: Readonly<Record<string, unknown>>, namespace: string): unknown {
  const metadata = Object(object['metadata']);
  const kept = Object.fromEntries(
    METADATA.filter((field) => metadata[field] !== undefined).map((field) => [field, metadata[field]]),
  );
  const deletion = metadata.deletionTimestamp && { deletionTimestamp: metadata.deletionTimestamp };
  return stable({ ...object, metadata: { ...kept, ...deletion } }, namespace);
}

function stable(value: unknown, namespace: string): unknown {
  if (typeof value === 'string') {
    const text = value.replaceAll(namespace, 'team-a');
    return REPLACEMENTS.reduce(
      (result, [pattern, replacement]) => result.replaceAll(pattern, replacement),
      text,
    );
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown) => stable(item, namespace));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, FIELDS[key]?.(item) ?? stable(item, namespace)]),
    );
  }
  return value;
}
