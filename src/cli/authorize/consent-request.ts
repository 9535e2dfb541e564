import type { OpenConnectorsAccount } from '../../api/account.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { accountNameOf, apiBaseUrlOf, clientIdKeyOf } from '../../api/defaults.ts';
import {
  type ConsentAccount,
  type ConsentRequest,
  consentRequestOf,
} from '../../authorization/consent-request.ts';
import { DEFAULT_ACCOUNT_UID } from '../../ownership/account-key.ts';
import type { Resources } from '../cluster/resources.ts';
import { secretText } from '../cluster/secret-text.ts';
import { validAccount } from '../cluster/valid-account.ts';
import { CliError } from '../errors.ts';

/** A consent request, with the account for its notice. */
export interface ConsentDetails {
  readonly request: ConsentRequest;
  /** `undefined`: the operator's default account. */
  readonly account: OpenConnectorsAccount | undefined;
}

/** Builds the consent request from the connector, its account and its OAuth client. Throws `CliError`. */
export async function readConsentDetails(
  resources: Resources,
  connector: InfusionsoftConnector,
  callbackUrl: string,
): Promise<ConsentDetails> {
  const { spec } = connector;
  const clientId = await readClientId(resources, connector);
  const account = await readAccount(resources, connector);
  return { request: consentRequestOf(spec, identityOf(account), clientId, callbackUrl), account };
}

/** Only the operator can read the address of its default account. */
function identityOf(account: OpenConnectorsAccount | undefined): ConsentAccount {
  return account === undefined
    ? { uid: DEFAULT_ACCOUNT_UID, baseUrl: '' }
    : { uid: account.metadata.uid, baseUrl: apiBaseUrlOf(account.spec) };
}

async function readClientId(
  resources: Resources,
  { metadata, spec }: InfusionsoftConnector,
): Promise<string> {
  const { namespace } = metadata;
  const { name } = spec.oauth.clientSecretRef;
  const data = await resources.secret(namespace, name);
  if (data === 'not-found') {
    throw new CliError(
      'failure',
      `Secret "${name}" not found in namespace "${namespace}" (spec.oauth.clientSecretRef).`,
    );
  }
  if (data === 'forbidden') {
    throw new CliError(
      'failure',
      `Forbidden: cannot get Secret "${name}" in namespace "${namespace}", which contains the client_id. Request this permission from a cluster administrator.`,
    );
  }
  return secretText(data, name, clientIdKeyOf(spec));
}

async function readAccount(
  resources: Resources,
  { metadata, spec }: InfusionsoftConnector,
): Promise<OpenConnectorsAccount | undefined> {
  const name = accountNameOf(spec);
  return name === undefined ? undefined : validAccount(await resources.account(metadata.namespace, name));
}
