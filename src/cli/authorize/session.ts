import type { InfusionsoftConnector } from '../../api/connector.ts';
import { ownCallbackUrlBeside } from '../../authorization/consent-urls.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import type { AuthorizeOptions } from './options.ts';
import type { PendingKey } from './pending-consent.ts';

/** One run of `authorize`. */
export interface Session {
  readonly context: CliContext;
  readonly cluster: Cluster;
  readonly options: AuthorizeOptions;
}

/** The connector from the API server. Throws `CliError`. */
export function readConnector({ cluster, options }: Session): Promise<InfusionsoftConnector> {
  return cluster.resources.connector(cluster.namespace, options.name);
}

/** The key of the pending consent of this connector. */
export function pendingKeyOf({ cluster }: Session, { metadata }: InfusionsoftConnector): PendingKey {
  const { namespace, name, uid } = metadata;
  return { server: cluster.server, namespace, name, uid };
}

/** The callback URL of the spec, of the flag, or of the operator (beside its start page). Throws `CliError`. */
export function callbackUrlFor(
  { options }: Session,
  { spec, status, metadata }: InfusionsoftConnector,
): string {
  const { callbackUrl } = spec.oauth;
  if (callbackUrl !== undefined) {
    if (options.callbackUrl !== undefined && options.callbackUrl !== callbackUrl) {
      throw new CliError('usage', '--callback-url: differs from spec.oauth.callbackUrl. Omit the flag.');
    }
    return callbackUrl;
  }
  const { startUrl } = status?.authorization ?? {};
  const own = startUrl === undefined ? undefined : ownCallbackUrlBeside(startUrl);
  const found = options.callbackUrl ?? own;
  if (found === undefined) {
    throw new CliError(
      'userAction',
      `spec.oauth.callbackUrl is not set on connector "${metadata.name}", and the callback URL of the operator is not in its status.`,
      ['Add --callback-url https://.../oauth/callback (shown in the message of the connector).'],
    );
  }
  return found;
}
