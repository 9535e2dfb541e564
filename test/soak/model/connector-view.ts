import { z } from 'zod';

const conditionSchema = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string(),
  message: z.string().default(''),
});

const connectorSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    generation: z.number().default(0),
    deletionTimestamp: z.string().optional(),
    annotations: z.record(z.string(), z.string()).default({}),
    finalizers: z.array(z.string()).default([]),
  }),
  status: z
    .object({
      observedGeneration: z.number().default(-1),
      conditions: z.array(conditionSchema).default([]),
      instance: z.object({ id: z.number() }).optional(),
      replacing: z.object({ id: z.number() }).optional(),
      next: z.object({ id: z.number() }).optional(),
    })
    .default({ observedGeneration: -1, conditions: [] }),
});

/** The storm sets no annotation of this prefix, so all of them are the operator's record. */
const PREFIX = 'openconnectors.dev/';
const RECORD = `${PREFIX}attempt`;
const recordSchema = z.object({ at: z.string() });

/** A connector of the API server, parsed without code of the operator. */
export interface ConnectorView {
  readonly key: string;
  readonly uid: string;
  readonly deleting: boolean;
  /** Whether the status is for the current generation. */
  readonly current: boolean;
  readonly ready: { readonly status: string; readonly reason: string } | undefined;
  readonly conditions: readonly z.infer<typeof conditionSchema>[];
  readonly instanceId: number | undefined;
  /** The instance of another element that status names beside the one in use. */
  readonly replacingId: number | undefined;
  /** The operator's write-ahead record, as text. */
  readonly record: string;
  /** The time of the last sent credential in the record, which changes only with each request that sends one. */
  readonly sentAt: string | undefined;
}

/** Throws if the object is not a connector. */
export function viewOf(object: unknown): ConnectorView {
  const { metadata, status } = connectorSchema.parse(object);
  const own = Object.entries(metadata.annotations).filter(([name]) => name.startsWith(PREFIX));
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  return {
    key: `${metadata.namespace}/${metadata.name}`,
    uid: metadata.uid,
    deleting: metadata.deletionTimestamp !== undefined,
    current: status.observedGeneration === metadata.generation,
    ready: ready && { status: ready.status, reason: ready.reason },
    conditions: status.conditions,
    instanceId: status.instance?.id,
    replacingId: status.replacing?.id ?? status.next?.id,
    record: own
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, value]) => `${name.slice(PREFIX.length)} ${value}`)
      .join(' '),
    sentAt: sentAtOf(metadata.annotations[RECORD]),
  };
}

function sentAtOf(record: string | undefined): string | undefined {
  return record === undefined ? undefined : recordSchema.parse(JSON.parse(record)).at;
}

/** The conditions in one line, for the trace. */
export function conditionsInWords({ conditions, current, instanceId, deleting }: ConnectorView): string {
  const words = conditions.map(({ type, status, reason }) => `${type}=${status}/${reason}`);
  const notes = [
    ...(current ? [] : ['older generation']),
    ...(deleting ? ['deleting'] : []),
    ...(instanceId === undefined ? [] : [`instance ${instanceId}`]),
  ];
  return [...words, ...notes].join(' ');
}
