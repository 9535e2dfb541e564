import type { OpenConnectorsAccount } from '../../api/account.ts';
import type { ConnectorSpec, InfusionsoftConnector } from '../../api/connector.ts';
import { accountNameOf, apiBaseUrlOf, clientIdKeyOf, connectorKeyOf, scopeOf } from '../../api/defaults.ts';
import { validateAccount } from '../../api/validation/validate.ts';
import type { ConsentRequest } from '../../authorization/consent-request.ts';
import { DEFAULT_ACCOUNT_UID } from '../../ownership/account-key.ts';
import { decodeText } from '../../secrets/decode.ts';
import type { Resources } from '../cluster/resources.ts';
import { CliError } from '../errors.ts';

/** What a person is asked to agree to, with what is needed to ask for it. */
export interface PendingConsent {
  readonly subject: ConsentRequest;
  /** `undefined`: the operator's default account. */
  readonly account: OpenConnectorsAccount | undefined;
}

/** Reads what the connector asks for at this moment. Throws `CliError`. */
export async function readConsentRequest(
  resources: Resources,
  connector: InfusionsoftConnector,
  callbackUrl: string,
): Promise<PendingConsent> {
  const { spec } = connector;
  const clientId = await readClientId(resources, connector);
  const account = await readAccount(resources, connector);
  return {
    subject: {
      accountUid: account?.metadata.uid ?? DEFAULT_ACCOUNT_UID,
      baseUrl: account === undefined ? '' : apiBaseUrlOf(account.spec),
      connector: connectorKeyOf(spec),
      server: serverOf(spec),
      clientId,
      callbackUrl,
      scope: scopeOf(spec),
    },
    account,
  };
}

/** Host of the Infusionsoft account that access is requested to; `undefined` where the connector names none. */
export function serverOf(spec: ConnectorSpec): string | undefined {
  return connectorKeyOf(spec) === 'infusionsoftcrm' ? spec.server : undefined;
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

async function readClientId(
  resources: Resources,
  { metadata, spec }: InfusionsoftConnector,
): Promise<string> {
  const { name } = spec.oauth.clientSecretRef;
  const data = await resources.secret(metadata.namespace, name);
  if (data === 'forbidden') {
    throw new CliError(
      'failure',
      `You may not get Secret "${name}" in namespace "${metadata.namespace}", which holds the OAuth app's client_id. Ask somebody who may to run this command.`,
    );
  }
  return textIn(data, name, clientIdKeyOf(spec));
}

async function readAccount(
  resources: Resources,
  { metadata, spec }: InfusionsoftConnector,
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
  return account;
}
