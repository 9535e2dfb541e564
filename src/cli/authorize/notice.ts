import type { OpenConnectorsAccount } from '../../api/account.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { connectionSecretNameOf } from '../../api/defaults.ts';
import type { ConsentRequest } from '../../authorization/consent-request.ts';
import { alignColumns } from '../render/table.ts';

/** What is asked of a person, for the lines before the address. */
export interface Notice {
  readonly connector: InfusionsoftConnector;
  readonly cluster: string;
  readonly subject: ConsentRequest;
  readonly account: OpenConnectorsAccount | undefined;
}

/** Who asks for access, to what, and where the data goes. */
export function renderNotice({ connector, cluster, subject, account }: Notice): string[] {
  const { name, namespace } = connector.metadata;
  const { server, scope, clientId, callbackUrl } = subject;
  const rows = [
    ['Cluster', cluster],
    [
      'Data of',
      `${server ?? 'the Infusionsoft account that you sign in to'}: all contacts, orders and other data that it lets applications read and write (scope "${scope}")`,
    ],
    [
      'goes to',
      `${destination(account)}, and to every application that may read Secret "${connectionSecretNameOf(connector)}" in namespace ${namespace}`,
    ],
    ['by OAuth app', clientId],
    ['back at', callbackUrl],
  ];
  return [
    `Connector ${name} (${subject.connector}) in namespace ${namespace} asks for access to an Infusionsoft account.`,
    '',
    ...alignColumns(rows).map((line) => `  ${line}`),
  ];
}

/** What to do at the provider. */
export function renderSteps({ server }: ConsentRequest, url: string): string[] {
  const whose = server === undefined ? 'choose the account that you mean' : `choose ${server}`;
  return [
    '',
    `Open this address in a browser (it leads to ${new URL(url).host}), sign in, ${whose}, and press "Allow":`,
    '',
  ];
}

/** How the answer gets here. */
export function renderPrompt({ callbackUrl }: ConsentRequest, isTerminal: boolean): string[] {
  return [
    '',
    `The browser is sent to ${callbackUrl} then. It does not matter what it shows there.`,
    `Copy the whole address from its address bar, paste it here, and press Enter${isTerminal ? ' (nothing is shown)' : ''}:`,
  ];
}

function destination(account: OpenConnectorsAccount | undefined): string {
  if (account === undefined) {
    return "SAP Open Connectors, in the operator's own account";
  }
  const { metadata, spec, status } = account;
  const organization = status?.organization?.name;
  return `SAP Open Connectors at ${new URL(spec.baseUrl).host}, account ${metadata.name}${organization === undefined ? '' : ` (organization ${organization})`}`;
}
