import { expect, vi } from 'vitest';
import type { Client } from './client.ts';

/** Path of the definition that the tests of custom resources share. */
export const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** A definition that all supported server versions accept. */
export const widgetDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: {
      plural: 'widgets',
      singular: 'widget',
      kind: 'Widget',
      shortNames: ['wd'],
      categories: ['things'],
    },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
          { name: 'Size', type: 'integer', jsonPath: '.spec.size', priority: 1 },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              spec: {
                type: 'object',
                properties: {
                  size: { type: 'integer', minimum: 1 },
                  mode: { type: 'string', default: 'fast' },
                },
              },
              status: {
                type: 'object',
                default: { observedGeneration: -1 },
                properties: {
                  observedGeneration: { type: 'integer' },
                  conditions: {
                    type: 'array',
                    items: {
                      type: 'object',
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
export async function installWidgets(client: Client): Promise<void> {
  const { status } = await client.post(definitionsPath, widgetDefinition);
  expect([201, 409]).toContain(status);
  await vi.waitFor(async () => expect((await client.get('/apis/example.com/v1/widgets')).status).toBe(200), {
    timeout: 15_000,
    interval: 50,
  });
}

/** Path of the widgets of a namespace. */
export function widgetsPath(namespace: string): string {
  return `/apis/example.com/v1/namespaces/${namespace}/widgets`;
}

/** A widget as a client writes it. */
export function widget(
  name: string,
  spec: object = { size: 1 },
  metadata: object = {},
): Record<string, unknown> {
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name, ...metadata }, spec };
}
