import { expect, vi } from 'vitest';
import { type Client, elements, type Json } from './client.ts';
import { definitionsPath } from './widgets.ts';

const texts = { type: 'object', additionalProperties: { type: 'string' } };
const pairs = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
  items: {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string' }, value: { type: 'string' }, other: { type: 'string' } },
  },
};

/** A definition with every kind of merge and ownership. */
const gadgetDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  size: { type: 'integer' },
                  mode: { type: 'string', default: 'fast' },
                  map: texts,
                  atomicMap: { ...texts, 'x-kubernetes-map-type': 'atomic' },
                  list: { type: 'array', items: { type: 'string' } },
                  set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
                  pairs,
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  nested: {
                    type: 'object',
                    properties: { a: { type: 'string' }, b: { type: 'string' } },
                  },
                },
              },
              status: {
                type: 'object',
                properties: {
                  phase: { type: 'string' },
                  conditions: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['type'],
                    items: {
                      type: 'object',
                      required: ['type'],
                      properties: { type: { type: 'string' }, status: { type: 'string' } },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** Makes the definition and waits until its resource is served. */
export async function installGadgets(client: Client): Promise<void> {
  const { status } = await client.post(definitionsPath, gadgetDefinition);
  expect([201, 409]).toContain(status);
  await vi.waitFor(
    async () => {
      expect((await client.get('/apis/example.com/v1/gadgets')).status).toBe(200);
      // A server merges by the schema only after it published it.
      const { body } = await client.get('/openapi/v2');
      expect(Object.keys(body['definitions'] ?? {})).toContain('com.example.v1.Gadget');
    },
    { timeout: 15_000, interval: 50 },
  );
}

/** A gadget as a client writes it. */
export function gadget(name: string, spec?: object, metadata: object = {}, more: object = {}): object {
  return {
    apiVersion: 'example.com/v1',
    kind: 'Gadget',
    metadata: { name, ...metadata },
    ...(spec === undefined ? {} : { spec }),
    ...more,
  };
}

/** Entries of `managedFields`: operation, manager and fields. */
export function ownersIn(object: Json): Record<string, Json | undefined> {
  const entries = elements(object['metadata']?.['managedFields']).map(
    ({ operation, manager, fieldsV1 }) => [`${operation} by ${manager}`, fieldsV1] as const,
  );
  return Object.fromEntries(entries);
}
