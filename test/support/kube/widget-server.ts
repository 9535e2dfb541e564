import { type ApiServer, type ObjectClient, startApiServer } from 'kube-apiserver-emulator/index.ts';
import { wellKnown } from '../../../src/kube/client/paths.ts';
import { API_VERSION, definitionOf } from './definition.ts';

/** The tests' own resource. */
export const WIDGETS = { group: 'example.dev', version: 'v1', plural: 'widgets' } as const;

/** An API server with widgets. */
export interface WidgetServer extends ApiServer {
  readonly widgets: ObjectClient;
  /** Adds a widget, to the namespace `team` unless another one is given. */
  addWidget(name: string, extra?: Readonly<Record<string, unknown>>, namespace?: string): void;
  /** The spec of the Lease `system/operator`. */
  leaseSpec(): Record<string, unknown>;
}

/** Starts an API server that has widgets and the namespaces of the tests. */
export async function startWidgetServer(): Promise<WidgetServer> {
  const server = await startApiServer({
    namespaces: ['team', 'one', 'two', 'three', 'system'],
    definitions: [definitionOf('Widget')],
  });
  const widgets = server.objects(WIDGETS);
  return {
    ...server,
    widgets,
    addWidget(name, extra = {}, namespace = 'team') {
      widgets.create(namespace, { apiVersion: API_VERSION, kind: 'Widget', metadata: { name }, ...extra });
    },
    leaseSpec: () =>
      server.objects(wellKnown.leases).get('system', 'operator')['spec'] as Record<string, unknown>,
  };
}
