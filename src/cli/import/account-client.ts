import { readFileSync } from 'node:fs';
import { apiBaseUrlOf, organizationSecretKeyOf, timeoutMsOf, userSecretKeyOf } from '../../api/defaults.ts';
import { allowedHost } from '../../api/validation/allowlist.ts';
import { settings } from '../../config/settings.ts';
import { createOpenConnectorsPool } from '../../openconnectors/account-pool.ts';
import { RemoteError } from '../../openconnectors/errors/remote-error.ts';
import type { OpenConnectorsReads } from '../../openconnectors/port.ts';
import { accountSettingsOf } from '../../ownership/account-settings.ts';
import type { AccountCredentials } from '../../ownership/account-view.ts';
import type { ReadResources } from '../cluster/resources.ts';
import { secretText } from '../cluster/secret-text.ts';
import { validAccount } from '../cluster/valid-account.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import type { Arguments, Flag } from '../input/arguments.ts';
import { environmentProxy } from '../input/proxy.ts';

/** Flags of the commands that call Open Connectors. */
export const CA_AND_HOST_FLAGS: readonly Flag[] = [
  {
    name: 'ca-file',
    value: 'FILE',
    description: 'further certificate authorities (PEM) of Open Connectors',
  },
  { name: 'allow-host', value: 'HOST', description: "host of Open Connectors besides SAP's own" },
];

type AccountReads = Pick<ReadResources, 'account' | 'accounts' | 'secret'>;

/** Flags of the commands that are about one account. */
export const OPEN_CONNECTORS_FLAGS: readonly Flag[] = [
  {
    name: 'account',
    value: 'NAME',
    description: 'OpenConnectorsAccount (default the only one of the namespace)',
  },
  ...CA_AND_HOST_FLAGS,
];

/** Hosts that an account may name, unless `--allow-host` adds to them: the operator's own default. */
const DEFAULT_HOSTS = settings.allowedHosts.default.split(',');

/**
 * An account of the cluster, and a client for it with the credentials that the caller may read. The client has no
 * write in its type, and a guard refuses one.
 */
export interface OpenAccount {
  readonly name: string;
  readonly uid: string;
  /** With the path of the API. */
  readonly baseUrl: string;
  readonly credentials: AccountCredentials;
  readonly api: OpenConnectorsReads;
}

/** Runs `work` with an account of the namespace, by the caller's own rights. Throws `CliError`. */
export async function withAccount<T>(
  context: CliContext,
  resources: AccountReads,
  { namespace, name: wanted }: { readonly namespace: string; readonly name: string | undefined },
  args: Arguments,
  work: (account: OpenAccount) => Promise<T>,
): Promise<T> {
  const { output, clock, random } = context;
  const account = await accountOf(resources, namespace, wanted);
  const { name, uid } = account.metadata;
  const rules = [
    ...DEFAULT_HOSTS,
    ...(args.text('allow-host') ?? '').split(',').filter((host) => host !== ''),
  ];
  const baseUrl = apiBaseUrlOf(account.spec);
  if (allowedHost(baseUrl, rules) === undefined) {
    throw new CliError(
      'userAction',
      `Account "${name}" names the host ${new URL(baseUrl).host}, which is not allowed (${rules.join(', ')}).`,
      ['Add --allow-host with that host if it is the Open Connectors of your organization.'],
    );
  }
  const secretName = account.spec.credentialsSecretRef.name;
  const data = await resources.secret(namespace, secretName);
  if (data === 'not-found') {
    throw new CliError('userAction', `Secret "${secretName}" of account "${name}" not found. Create it.`);
  }
  if (data === 'forbidden') {
    throw new CliError(
      'failure',
      `You may not get Secret "${secretName}" in namespace "${namespace}", which holds the credentials of account "${name}".`,
    );
  }
  const credentials = {
    userSecret: secretText(data, secretName, userSecretKeyOf(account.spec)),
    organizationSecret: secretText(data, secretName, organizationSecretKeyOf(account.spec)),
  };
  output.redact(credentials.userSecret);
  output.redact(credentials.organizationSecret);
  const extraCaPem = certificates(args.text('ca-file'));
  const proxy = environmentProxy(context);
  const pool = createOpenConnectorsPool({
    clock,
    random,
    guard: refuseWrite,
    proxyFor: (host, port) => (proxy?.serves(host, port) === true ? proxy.server : undefined),
    isAddressCheckExempt: (host, port) =>
      allowedHost(`https://${host}:${port}`, rules)?.addressCheckExempt ?? false,
    ...(extraCaPem !== undefined && { extraCaPem }),
  });
  try {
    // Nothing is created, so no call has another deadline.
    const accountSettings = accountSettingsOf(account.spec, credentials, timeoutMsOf(account.spec));
    const api = pool.get({ accountUid: 'cli', credential: name }, accountSettings);
    return await work({ name, uid, baseUrl, credentials, api });
  } catch (error) {
    throw error instanceof RemoteError
      ? new CliError('failure', `Open Connectors: ${error.message}.`)
      : error;
  } finally {
    await pool.close();
  }
}

function refuseWrite(): never {
  throw new CliError('failure', 'This command does not write to Open Connectors.');
}

async function accountOf(resources: AccountReads, namespace: string, name: string | undefined) {
  const found =
    name === undefined ? await resources.accounts(namespace) : [await resources.account(namespace, name)];
  const [account, ...others] = found;
  if (account === undefined || others.length > 0) {
    throw new CliError(
      'usage',
      `Namespace "${namespace}" has ${found.length === 0 ? 'no' : 'several'} accounts. ${found.length === 0 ? 'Create one.' : 'Name one with --account.'}`,
    );
  }
  return validAccount(account);
}

function certificates(file: string | undefined): string | undefined {
  if (file === undefined) {
    return undefined;
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new CliError('usage', '--ca-file: cannot be read.');
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new CliError('usage', '--ca-file: holds no certificates (PEM).');
  }
  return text;
}
