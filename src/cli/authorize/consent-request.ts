import type { OpenConnectorsAccount } from '../../api/account.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import {
  accountNameOf,
  apiBaseUrlOf,
  clientIdKeyOf,
  clientSecretKeyOf,
  connectorKeyOf,
  scopeOf,
} from '../../api/defaults.ts';
import { allowedHost } from '../../api/validation/allowlist.ts';
import { validateAccount } from '../../api/validation/validate.ts';
import type { ConsentRequest } from '../../authorization/consent-request.ts';
import { settings } from '../../config/settings.ts';
import { DEFAULT_ACCOUNT_UID } from '../../ownership/account-key.ts';
import { decodeText } from '../../secrets/decode.ts';
import type { Resources } from '../cluster/resources.ts';
import { CliError } from '../errors.ts';

/** What a person is asked to agree to, with what is needed to ask for it. */
export interface PendingConsent {
  readonly subject: ConsentRequest;
  readonly clientSecret: string;
  /** `undefined`: the operator's default account. */
  readonly account: OpenConnectorsAccount | undefined;
}

/** Hosts that an account may name, unless `--allow-host` adds to them: the operator's own default. */
const DEFAULT_HOSTS = settings.allowedHosts.default.split(',');

/** Reads what the connector asks for at this moment. Throws `CliError`. */
export async function readConsentRequest(
  resources: Resources,
  connector: InfusionsoftConnector,
  callbackUrl: string,
  extraHosts: readonly string[],
): Promise<PendingConsent> {
  const { spec } = connector;
  const client = await readClient(resources, connector);
  const account = await readAccount(resources, connector, extraHosts);
  const connectorKey = connectorKeyOf(spec);
  return {
    subject: {
      accountUid: account?.metadata.uid ?? DEFAULT_ACCOUNT_UID,
      baseUrl: account === undefined ? '' : apiBaseUrlOf(account.spec),
      connector: connectorKey,
      server: connectorKey === 'infusionsoftcrm' ? spec.server : undefined,
      clientId: client.id,
      callbackUrl,
      scope: scopeOf(spec),
    },
    clientSecret: client.secret,
    account,
  };
}

/** The text under `key` of a Secret's `data`. Throws `CliError` where there is none that can be used. */
export function textIn(data: Readonly<Record<string, string>>, secretName: string, key: string): string {
  const encoded = data[key];
  const decoded = encoded === undefined ? undefined : decodeText(encoded);
  if (decoded === undefined || 'why' in decoded) {
    const what = decoded === undefined ? 'is not there' : decoded.why;
    throw new CliError('person', `Key "${key}" of Secret "${secretName}" ${what}. Correct it first.`);
  }
  return decoded.text;
}

/** How Open Connectors may be called at `baseUrl`; `undefined`: not at all. */
export function hostRule(baseUrl: string, extraHosts: readonly string[]) {
  return allowedHost(baseUrl, [...DEFAULT_HOSTS, ...extraHosts]);
}

async function readClient(resources: Resources, { metadata, spec }: InfusionsoftConnector) {
  const { name } = spec.oauth.clientSecretRef;
  const data = await resources.secret(metadata.namespace, name);
  if (data === 'forbidden') {
    throw new CliError(
      'failure',
      `You may not get Secret "${name}" in namespace "${metadata.namespace}", which holds the OAuth app's client_id. Ask somebody who may to run this command.`,
    );
  }
  const [id, secret] = [clientIdKeyOf(spec), clientSecretKeyOf(spec)].map((key) => textIn(data, name, key));
  return { id: id ?? '', secret: secret ?? '' };
}

async function readAccount(
  resources: Resources,
  { metadata, spec }: InfusionsoftConnector,
  extraHosts: readonly string[],
): Promise<OpenConnectorsAccount | undefined> {
  const name = accountNameOf(spec);
  if (name === undefined) {
    return undefined;
  }
  const account = await resources.account(metadata.namespace, name);
  const [violation] = validateAccount(account);
  if (violation !== undefined) {
    throw new CliError('person', `Account "${name}": ${violation.path} ${violation.message}.`);
  }
  const baseUrl = apiBaseUrlOf(account.spec);
  if (hostRule(baseUrl, extraHosts) === undefined) {
    const { host } = new URL(baseUrl);
    throw new CliError(
      'person',
      `Account "${name}" names the host ${host}, which is none of ${[...DEFAULT_HOSTS, ...extraHosts].join(', ')}. No secret is sent there.`,
      [`If you know that it is the Open Connectors of your organization, add: --allow-host ${host}`],
    );
  }
  return account;
}
