import type { InfusionsoftConnector } from '../../api/connector.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import type { AuthorizeOptions } from './options.ts';
import type { PendingKey } from './pending.ts';

/** One run of `authorize`. */
export interface Session {
  readonly context: CliContext;
  readonly cluster: Cluster;
  readonly options: AuthorizeOptions;
}

/** The connector as it is now. Throws `CliError`. */
export function readConnector({ cluster, options }: Session): Promise<InfusionsoftConnector> {
  return cluster.resources.connector(cluster.namespace, options.name);
}

/** By what a consent that was begun is found again. */
export function pendingKeyOf({ cluster }: Session, { metadata }: InfusionsoftConnector): PendingKey {
  const { namespace, name, uid } = metadata;
  return { server: cluster.server, namespace, name, uid };
}

/** Where the browser is sent to: as the spec says, else the operator's own, which is beside its start page. */
export function callbackUrlFor(
  { options }: Session,
  { spec, status, metadata }: InfusionsoftConnector,
): string {
  const { callbackUrl } = spec.oauth;
  if (callbackUrl !== undefined) {
    if (options.callbackUrl !== undefined && options.callbackUrl !== callbackUrl) {
      throw new CliError(
        'usage',
        'The spec names another callback URL than --callback-url. Leave the flag out.',
      );
    }
    return callbackUrl;
  }
  const { startUrl } = status?.authorization ?? {};
  const own = startUrl === undefined ? undefined : new URL('../../oauth/callback', startUrl).href;
  const found = options.callbackUrl ?? own;
  if (found === undefined) {
    throw new CliError(
      'person',
      `The spec of connector "${metadata.name}" names no callback URL, so the operator uses its own, which is not written anywhere that this command can read.`,
      ['Add it: --callback-url https://.../oauth/callback (the message of the connector shows it).'],
    );
  }
  return found;
}
