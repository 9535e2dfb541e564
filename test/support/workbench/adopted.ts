import type { Namespace } from './cluster.ts';
import { connector, secret } from './manifests.ts';
import type { Workbench } from './workbench.ts';

/** The differences of a group of adopted connectors from one with defaults. */
export interface AdoptedOptions {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Number of OAuth clients among which the instances are distributed; absent: one. */
  readonly clients?: number;
}

/**
 * Creates `count` instances of infusionsoftcrm as by hand, and connectors that adopt them. The namespace has the
 * prerequisites of the workbench. Returns the names of the connectors.
 */
export async function createAdopted(
  { simulator }: Workbench,
  namespace: Namespace,
  count: number,
  { spec = {}, metadata = {}, clients = 1 }: AdoptedOptions = {},
): Promise<readonly string[]> {
  const others = Array.from({ length: clients - 1 }, (_, index) => ({
    secretName: `crm-oauth-${index + 2}`,
    app: simulator.registerApp(),
  }));
  for (const { secretName, app } of others) {
    await namespace.create(secret(secretName, { client_id: app.clientId, client_secret: app.clientSecret }));
  }
  const apps = [{ secretName: 'crm-oauth', app: simulator.app }, ...others];
  const names = Array.from({ length: count }, (_, index) => `crm-${String(index + 1).padStart(3, '0')}`);
  for (const [index, name] of names.entries()) {
    const client = apps[index % clients];
    const { id } = simulator.addInstance({
      connector: 'infusionsoftcrm',
      name,
      tags: ['by-hand'],
      ...(client !== undefined && { clientId: client.app.clientId }),
    });
    await namespace.create(
      connector(
        name,
        {
          oauth: { clientSecretRef: { name: client?.secretName } },
          instance: { importId: id, name, tags: ['by-hand'] },
          deletionPolicy: 'Delete',
          ...spec,
        },
        metadata,
      ),
    );
  }
  return names;
}
