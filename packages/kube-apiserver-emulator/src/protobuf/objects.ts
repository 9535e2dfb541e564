import type { JsonObject } from '../objects.ts';
import type { FieldSchema } from '../schema.ts';
import { readMessage, WireError } from './reader.ts';

/** Media type of Kubernetes objects in protobuf, as Go clients send built-in types. */
export const protobufType = 'application/vnd.kubernetes.protobuf';

const magic = Buffer.from('k8s\0');

/**
 * Reads an object in the envelope that Kubernetes puts around protobuf (`k8s\0` and a `runtime.Unknown`) into what its
 * JSON form would be. Fields without a number in the schema are skipped. Fails with `WireError`.
 */
export function readProtobufObject(schema: FieldSchema, body: Buffer): JsonObject {
  if (!body.subarray(0, magic.length).equals(magic)) {
    throw new WireError(
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    );
  }
  const envelope = bytesByNumber(body.subarray(magic.length));
  const typeMeta = bytesByNumber(envelope.get(1) ?? Buffer.alloc(0));
  return {
    ...readStruct(schema, envelope.get(2) ?? Buffer.alloc(0)),
    ...nonEmpty('apiVersion', typeMeta.get(1)),
    ...nonEmpty('kind', typeMeta.get(2)),
  };
}

function bytesByNumber(message: Buffer): Map<number, Buffer> {
  const fields = new Map<number, Buffer>();
  for (const { number, value } of readMessage(message)) {
    if (typeof value !== 'bigint') {
      fields.set(number, value);
    }
  }
  return fields;
}

function nonEmpty(name: string, value: Buffer | undefined): JsonObject {
  return value === undefined || value.length === 0 ? {} : { [name]: value.toString() };
}

function readStruct(schema: FieldSchema, message: Buffer): JsonObject {
  const names = new Map(Object.entries(schema.wire ?? {}).map(([name, number]) => [number, name]));
  const result: JsonObject = {};
  for (const { number, value } of readMessage(message)) {
    const name = names.get(number);
    const field = name === undefined ? undefined : schema.properties?.[name];
    if (name !== undefined && field !== undefined && !isZeroTime(field, value)) {
      result[name] = readField(field, value, result[name]);
    }
  }
  return result;
}

/** `current` is what repeated fields of the same number have added up to so far. */
function readField(schema: FieldSchema, value: bigint | Buffer, current: unknown): unknown {
  if (schema.type === 'array') {
    const item = schema.items === undefined ? null : readField(schema.items, value, undefined);
    return [...(Array.isArray(current) ? current : []), item];
  }
  if (typeof value === 'bigint') {
    return schema.type === 'boolean' ? value !== 0n : Number(value);
  }
  if (schema.type === 'object' && schema.values !== undefined) {
    const entry = bytesByNumber(value);
    const key = entry.get(1)?.toString() ?? '';
    const entryValue = readField(schema.values, entry.get(2) ?? Buffer.alloc(0), undefined);
    return { ...(current as JsonObject | undefined), [key]: entryValue };
  }
  return schema.type === 'object' ? readStruct(schema, value) : readString(schema, value);
}

function readString(schema: FieldSchema, value: Buffer): string {
  switch (schema.format) {
    case 'byte':
      return value.toString('base64');
    case 'date-time':
      return readTime(value).toISOString();
    case 'micro-time':
      return readTime(value)
        .toISOString()
        .replace('Z', `${microseconds(value)}Z`);
    default:
      return value.toString();
  }
}

/** Go writes a time that is not set as an empty message. */
function isZeroTime(schema: FieldSchema, value: bigint | Buffer): boolean {
  const isTime = schema.format === 'date-time' || schema.format === 'micro-time';
  return isTime && typeof value !== 'bigint' && value.length === 0;
}

function readTime(message: Buffer): Date {
  const seconds = timeFields(message).get(1) ?? 0;
  return new Date(seconds * 1000 + Math.floor((timeFields(message).get(2) ?? 0) / 1e6));
}

function microseconds(message: Buffer): string {
  const nanos = timeFields(message).get(2) ?? 0;
  return String(Math.floor(nanos / 1000) % 1000).padStart(3, '0');
}

function timeFields(message: Buffer): Map<number, number> {
  return new Map(
    readMessage(message).flatMap(({ number, value }) =>
      typeof value === 'bigint' ? [[number, Number(value)] as const] : [],
    ),
  );
}
