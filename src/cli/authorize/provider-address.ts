import type { OpenConnectorsAccount } from '../../api/account.ts';
import {
  apiBaseUrlOf,
  limitsOf,
  organizationSecretKeyOf,
  timeoutMsOf,
  userSecretKeyOf,
} from '../../api/defaults.ts';
import type { ConsentRequest } from '../../authorization/consent-request.ts';
import { checkedProviderUrl, ProviderUrlError } from '../../authorization/provider-url.ts';
import { createOpenConnectorsPool } from '../../openconnectors/account-pool.ts';
import type { AccountCredentials } from '../../openconnectors/authorization.ts';
import { RemoteError } from '../../openconnectors/errors/remote-error.ts';
import type { ConnectorKey } from '../../openconnectors/port.ts';
import type { Resources } from '../cluster/resources.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { hostRule, type PendingConsent, textIn } from './consent-request.ts';

/** Where a person allows access, and who says so. */
export interface ProviderAddress {
  readonly url: string;
  /** Why it is not the address that Open Connectors makes; `undefined`: it is. */
  readonly insteadBecause: string | undefined;
}

/** What the address is made with. */
export interface AddressOptions {
  readonly namespace: string;
  readonly state: string;
  /** `--direct`. */
  readonly direct: boolean;
  readonly extraHosts: readonly string[];
  /** PEM, besides the authorities of this process. */
  readonly extraCaPem: string | undefined;
}

/** Keap's documentation, "Getting Started with OAuth2": `scope` and `response_type` have one value each. */
const DOCUMENTED = 'https://accounts.infusionsoft.com/app/oauth/authorize';

/** The address that Open Connectors makes, or the documented one where it cannot be asked. Throws `CliError`. */
export async function providerAddress(
  { output, ...context }: CliContext,
  resources: Resources,
  wish: PendingConsent,
  options: AddressOptions,
): Promise<ProviderAddress> {
  const documented = (because: string): ProviderAddress => ({
    url: documentedAddress(wish.subject, options.state),
    insteadBecause: because,
  });
  if (wish.account === undefined) {
    return documented(
      "the connector uses the operator's default account, whose credentials are not yours to read",
    );
  }
  if (options.direct) {
    return documented('--direct was given');
  }
  const { name } = wish.account.spec.credentialsSecretRef;
  const data = await resources.secret(options.namespace, name);
  if (data === 'forbidden') {
    return documented(`you may not read the account's Secret "${name}"`);
  }
  const credentials = {
    userSecret: textIn(data, name, userSecretKeyOf(wish.account.spec)),
    organizationSecret: textIn(data, name, organizationSecretKeyOf(wish.account.spec)),
  };
  output.keepSecret(credentials.userSecret);
  output.keepSecret(credentials.organizationSecret);
  return {
    url: await askOpenConnectors(context, wish, wish.account, credentials, options),
    insteadBecause: undefined,
  };
}

/** The authorize URL as Keap documents it. */
export function documentedAddress({ clientId, callbackUrl, scope }: ConsentRequest, state: string): string {
  const url = new URL(DOCUMENTED);
  url.search = new URLSearchParams({
    response_type: 'code',
    scope,
    client_id: clientId,
    redirect_uri: callbackUrl,
    state,
  }).toString();
  return url.href;
}

async function askOpenConnectors(
  { clock, random }: Pick<CliContext, 'clock' | 'random'>,
  { subject, clientSecret }: PendingConsent,
  { spec }: OpenConnectorsAccount,
  credentials: AccountCredentials,
  { state, extraHosts, extraCaPem }: AddressOptions,
): Promise<string> {
  const pool = createOpenConnectorsPool({
    clock,
    random,
    isAddressCheckExempt: (host, port) =>
      hostRule(`https://${host}:${port}`, extraHosts)?.addressCheckExempt ?? false,
    ...(extraCaPem !== undefined && { extraCaPem }),
  });
  try {
    const timeoutMs = timeoutMsOf(spec);
    const client = pool.get('cli', {
      baseUrl: apiBaseUrlOf(spec),
      credentials,
      limits: limitsOf(spec),
      timeoutMs,
      createTimeoutMs: timeoutMs,
    });
    const url = await client.authorizeUrl({
      connector: subject.connector as ConnectorKey,
      apiKey: subject.clientId,
      apiSecret: clientSecret,
      callbackUrl: subject.callbackUrl,
      scope: subject.scope,
      state,
    });
    return checkedProviderUrl(url, state, subject);
  } catch (error) {
    throw refusal(error);
  } finally {
    await pool.close();
  }
}

function refusal(error: unknown): unknown {
  const hint =
    'With --direct this command uses the address that Keap documents, without asking Open Connectors.';
  if (error instanceof ProviderUrlError) {
    return new CliError('failure', `What Open Connectors answers is not used: ${error.message}.`, [hint]);
  }
  return error instanceof RemoteError
    ? new CliError(
        'failure',
        `Open Connectors did not make an address to allow access at: ${error.message}.`,
        [hint],
      )
    : error;
}
