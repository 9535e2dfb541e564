import type { OpenConnectorsAccount } from '../api/account.ts';
import type { InfusionsoftConnector } from '../api/connector.ts';
import { accountNameOf, organizationSecretKeyOf, userSecretKeyOf } from '../api/defaults.ts';
import { ACCOUNT_RESOURCE } from '../api/group.ts';
import { parseAccount } from '../api/parse.ts';
import { allowedHost } from '../api/validation/allowlist.ts';
import { validateAccount } from '../api/validation/validate.ts';
import { isKubeError } from '../kube/client/errors.ts';
import { objectPath } from '../kube/client/paths.ts';
import type { AccountSettings } from '../openconnectors/account-pool.ts';
import { accountSettingsOf } from '../ownership/account-settings.ts';
import { defaultAccountFor } from '../ownership/default-account.ts';
import { decodeText } from '../secrets/decode.ts';
import { encodeData } from '../secrets/secret-data.ts';
import { FailedPreconditionError, type KubeSourceOptions } from './source.ts';

/** The account of a connector, with what a client for it needs. */
export interface AccountAccess {
  readonly uid: string;
  /** Absent: the operator's default account. */
  readonly name: string | undefined;
  /** `baseUrl` with the API's path. */
  readonly settings: AccountSettings;
}

type Options = Pick<KubeSourceOptions, 'rest' | 'secrets' | 'config' | 'readMounted'>;
type ReadAccount = (connector: InfusionsoftConnector, signal: AbortSignal) => Promise<AccountAccess>;

/** An account, and `data` of the Secret with its credentials. */
interface AccountWithData {
  readonly account: OpenConnectorsAccount;
  readonly data: Readonly<Record<string, string>>;
}

/** Reads the account of a connector with its credentials. Throws `FailedPreconditionError` and `KubeError`. */
export function createAccountReader(options: Options): ReadAccount {
  return async ({ metadata: { namespace }, spec }, signal) => {
    const name = accountNameOf(spec);
    const { account, data } =
      name === undefined
        ? readDefaultAccount(options, namespace)
        : await readNamedAccount(options, namespace, name, signal);
    const { allowedHosts, createDeadlineMs } = options.config;
    const credentials = {
      userSecret: requireText(data[userSecretKeyOf(account.spec)]),
      organizationSecret: requireText(data[organizationSecretKeyOf(account.spec)]),
    };
    const settings = accountSettingsOf(account.spec, credentials, createDeadlineMs);
    if (allowedHost(settings.baseUrl, allowedHosts) === undefined) {
      throw new FailedPreconditionError('account');
    }
    return { uid: account.metadata.uid, name, settings };
  };
}

function readDefaultAccount({ config, readMounted }: Options, namespace: string): AccountWithData {
  const account = defaultAccountFor(config, namespace);
  if (account === undefined) {
    throw new FailedPreconditionError('account');
  }
  const [userSecret = '', organizationSecret = ''] = [
    readMounted('userSecret'),
    readMounted('organizationSecret'),
  ];
  return { account, data: encodeData({ userSecret, organizationSecret }) };
}

async function readNamedAccount(
  { rest, secrets }: Options,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<AccountWithData> {
  const account = parseAccount(
    await found(rest.get(objectPath(ACCOUNT_RESOURCE, namespace, name), { signal })),
  );
  if (validateAccount(account).length > 0) {
    throw new FailedPreconditionError('account');
  }
  const fact = await secrets.read(namespace, account.spec.credentialsSecretRef.name, signal);
  return { account, data: fact.state === 'read' ? fact.data : {} };
}

function requireText(encoded: string | undefined): string {
  const decoded = decodeText(encoded ?? '');
  if ('why' in decoded) {
    throw new FailedPreconditionError('account');
  }
  return decoded.text;
}

async function found(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (isKubeError(error, 'not-found')) {
      throw new FailedPreconditionError('account');
    }
    throw error;
  }
}
