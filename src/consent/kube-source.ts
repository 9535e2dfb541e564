import type { InfusionsoftConnector } from '../api/connector.ts';
import { clientIdKeyOf, clientSecretKeyOf, connectionSecretNameOf } from '../api/defaults.ts';
import { CONNECTOR_RESOURCE } from '../api/group.ts';
import { parseConnector } from '../api/parse.ts';
import { isAllowedServer } from '../api/validation/allowlist.ts';
import { validateConnector } from '../api/validation/validate.ts';
import { consentRequestOf } from '../authorization/consent-request.ts';
import { callbackUrlOf } from '../authorization/consent-urls.ts';
import { haltOf } from '../authorization/halt.ts';
import type { Config } from '../config/config.ts';
import { isKubeError } from '../kube/client/errors.ts';
import { objectPath } from '../kube/client/paths.ts';
import { decodeText } from '../secrets/decode.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { type AccountAccess, createAccountReader } from './accounts.ts';
import {
  type ConnectorConsent,
  type ConsentSource,
  FailedPreconditionError,
  type KubeSourceOptions,
} from './source.ts';

/** A source that reads from the API server and Open Connectors. */
export function createKubeSource(options: KubeSourceOptions): ConsentSource {
  const { rest, config, callbackUrl } = options;
  const readAccount = createAccountReader(options);
  return {
    isServed: options.isServed,
    async connector({ namespace, name }, signal) {
      try {
        const found = parseConnector(
          await rest.get(objectPath(CONNECTOR_RESOURCE, namespace, name), { signal }),
        );
        return found.metadata.deletionTimestamp === undefined ? found : undefined;
      } catch (error) {
        if (isKubeError(error, 'not-found')) {
          return undefined;
        }
        throw error;
      }
    },
    async consentFor(connector, signal) {
      requireConsentPage(connector, config, callbackUrl);
      const account = await readAccount(connector, signal);
      const client = await readClient(options.secrets, connector, signal);
      return consentFor(options, connector, account, client);
    },
  };
}

interface OAuthClient {
  readonly id: string;
  readonly secret: string;
}

function requireConsentPage(connector: InfusionsoftConnector, config: Config, callbackUrl: string): void {
  const { allowedServers } = config;
  if (validateConnector(connector, config).length > 0) {
    throw new FailedPreconditionError('spec');
  }
  const halt = haltOf(connector);
  if (halt !== undefined) {
    throw new FailedPreconditionError(halt);
  }
  const { oauth, server } = connector.spec;
  const namesGrant =
    oauth.authorizationCodeSecretRef !== undefined || oauth.refreshTokenSecretRef !== undefined;
  if (namesGrant || callbackUrlOf(connector.spec, callbackUrl) !== callbackUrl) {
    throw new FailedPreconditionError('not-waiting');
  }
  if (server !== undefined && !isAllowedServer(server, allowedServers)) {
    throw new FailedPreconditionError('spec');
  }
}

async function readClient(
  secrets: Pick<Secrets, 'read'>,
  { metadata, spec }: InfusionsoftConnector,
  signal: AbortSignal,
): Promise<OAuthClient> {
  const fact = await secrets.read(metadata.namespace, spec.oauth.clientSecretRef.name, signal);
  const [id, secret] = [clientIdKeyOf(spec), clientSecretKeyOf(spec)].map((key) => {
    const decoded = decodeText((fact.state === 'read' ? fact.data[key] : undefined) ?? '');
    return 'text' in decoded ? decoded.text : undefined;
  });
  if (id === undefined || secret === undefined) {
    throw new FailedPreconditionError('secrets');
  }
  return { id, secret };
}

function consentFor(
  { callbackUrl, pool, random }: KubeSourceOptions,
  connector: InfusionsoftConnector,
  account: AccountAccess,
  client: OAuthClient,
): ConnectorConsent {
  const { uid, settings, name } = account;
  const { baseUrl } = settings;
  const request = consentRequestOf(connector.spec, { uid, baseUrl }, client.id, callbackUrl);
  const { server, scope } = request;
  return {
    request,
    facts: {
      ...(server !== undefined && { server }),
      ...(name !== undefined && { account: name }),
      connector: request.connector,
      apiHost: new URL(baseUrl).host,
      clientId: client.id,
      scope,
      connectionSecret: connectionSecretNameOf(connector),
    },
    async authorizeUrl(state, signal) {
      // A client for one call: consents are rare, and nothing has to be closed when the account is deleted.
      const key = { accountUid: 'consent', credential: random.bytes(8).toString('hex') };
      const { connector: element, clientId: apiKey } = request;
      const authorize = { element, apiKey, apiSecret: client.secret, callbackUrl, scope, state };
      try {
        return await pool.get(key, settings).authorizeUrl(authorize, signal);
      } finally {
        pool.remove(key);
      }
    },
  };
}
