import { z } from 'zod';

const described = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().default(''),
    creationTimestamp: z.string().default(''),
    annotations: z.record(z.string(), z.string()).default({}),
    labels: z.record(z.string(), z.string()).default({}),
    finalizers: z.array(z.string()).default([]),
    generation: z.number().default(0),
    uid: z.string().default(''),
  }),
  spec: z.unknown().optional(),
  status: z.unknown().optional(),
});
const eventList = z.object({
  items: z.array(
    z.looseObject({
      type: z.string().default(''),
      reason: z.string().default(''),
      message: z.string().default(''),
    }),
  ),
});

/** An object and its events (a `v1` EventList), in the manner of `kubectl describe`. */
export function describeObject(object: unknown, events: unknown): string {
  const { apiVersion, kind, metadata, spec, status } = described.parse(object);
  const { name, namespace, labels, annotations, creationTimestamp, finalizers, generation, uid } = metadata;
  return [
    ...fields({
      Name: name,
      Namespace: namespace,
      Labels: pairs(labels),
      Annotations: pairs(annotations),
      'API Version': apiVersion,
      Kind: kind,
    }),
    ...tree({ metadata: { creationTimestamp, finalizers, generation, uid }, spec, status }, ''),
    ...eventTable(events),
  ].join('\n');
}

/** Rows with aligned columns. */
export function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    }
  }
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function fields(values: Readonly<Record<string, string>>): readonly string[] {
  return aligned(Object.entries(values).map(([name, value]) => [`${name}:`, value]));
}

function pairs(map: Readonly<Record<string, string>>): string {
  const texts = Object.entries(map).map(([key, value]) => `${key}=${value}`);
  return texts.length === 0 ? '<none>' : texts.join(' ');
}

/** Nested objects and lists, indented; the values of one object are aligned. */
function tree(value: unknown, indent: string): readonly string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) =>
      isNested(item) ? tree(item, indent) : [`${indent}${String(item)}`],
    );
  }
  const entries = Object.entries(Object(value) as Record<string, unknown>).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const width = Math.max(0, ...entries.map(([key, inner]) => (isNested(inner) ? 0 : title(key).length)));
  return entries.flatMap(([key, inner]) =>
    isNested(inner)
      ? [`${indent}${title(key)}:`, ...tree(inner, `${indent}  `)]
      : [`${indent}${`${title(key)}:`.padEnd(width + 1)}  ${String(inner)}`],
  );
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** `accountRef` is `Account Ref`, and `baseUrl` is `Base URL`. */
function title(key: string): string {
  return key
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/^[a-z]/, (letter) => letter.toUpperCase())
    .replace(/\b(Url|Uid|Api)\b/g, (word) => word.toUpperCase());
}

function eventTable(events: unknown): readonly string[] {
  const { items } = eventList.parse(events);
  if (items.length === 0) {
    return ['Events:  <none>'];
  }
  const rows = aligned([
    ['Type', 'Reason', 'Message'],
    ['----', '------', '-------'],
    ...items.map(({ type, reason, message }) => [type, reason, message]),
  ]);
  return ['Events:', ...rows.map((row) => `  ${row}`)];
}
