import type { OpenConnectorsAccount } from '../../api/account.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { connectionSecretNameOf } from '../../api/defaults.ts';
import type { ConsentRequest } from '../../authorization/consent-request.ts';
import { alignIndented } from '../render/table.ts';

/** The content of the notice. */
export interface Notice {
  readonly connector: InfusionsoftConnector;
  readonly cluster: string;
  readonly request: ConsentRequest;
  readonly account: OpenConnectorsAccount | undefined;
}

/** What is requested, for whom, and where the data goes. */
export function renderNotice({ connector, cluster, request, account }: Notice): string[] {
  const { name, namespace } = connector.metadata;
  const { server, scope, clientId, callbackUrl } = request;
  const rows = [
    ['Cluster', cluster],
    [
      'Data',
      `all contacts, orders and other data of ${server ?? 'the Infusionsoft account that you sign in to'} (scope "${scope}", read and write)`,
    ],
    [
      'Recipients',
      `${recipientOf(account)}, and every application that can read Secret "${connectionSecretNameOf(connector)}" in namespace ${namespace}`,
    ],
    ['OAuth app', clientId],
    ['Callback URL', callbackUrl],
  ];
  return [
    `Connector ${name} (${request.connector}) in namespace ${namespace} requests access to an Infusionsoft account.`,
    '',
    ...alignIndented(rows),
  ];
}

/** The lines before the authorize URL. */
export function renderInstructions({ server }: ConsentRequest, url: string): string[] {
  return [
    '',
    `Open this URL (host ${new URL(url).host}) in a browser, sign in, choose ${server ?? 'the account'} and press "Allow":`,
    '',
  ];
}

/** The lines after the authorize URL. */
export function renderPrompt({ callbackUrl }: ConsentRequest, isTerminal: boolean): string[] {
  return [
    '',
    `The browser is redirected to ${callbackUrl}. Ignore the content of that page.`,
    `Copy the full URL from the address bar, paste it here and press Enter${isTerminal ? ' (input is hidden)' : ''}:`,
  ];
}

function recipientOf(account: OpenConnectorsAccount | undefined): string {
  if (account === undefined) {
    return "SAP Open Connectors (the operator's default account)";
  }
  const { metadata, spec, status } = account;
  const organization = status?.organization?.name;
  return `SAP Open Connectors at ${new URL(spec.baseUrl).host} (account ${metadata.name}${organization === undefined ? '' : `, organization ${organization}`})`;
}
