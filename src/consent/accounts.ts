import type { InfusionsoftConnector } from '../api/connector.ts';
import {
  accountNameOf,
  apiBaseUrlOf,
  limitsOf,
  organizationSecretKeyOf,
  timeoutMsOf,
  userSecretKeyOf,
} from '../api/defaults.ts';
import { ACCOUNT_RESOURCE } from '../api/group.ts';
import { parseAccount } from '../api/parse.ts';
import { allowedHost } from '../api/validation/allowlist.ts';
import { validateAccount } from '../api/validation/validate.ts';
import { isKubeError } from '../kube/client/errors.ts';
import { objectPath } from '../kube/client/paths.ts';
import type { AccountSettings } from '../openconnectors/account-pool.ts';
import { DEFAULT_ACCOUNT_UID } from '../ownership/account-key.ts';
import { decodeText } from '../secrets/decode.ts';
import type { KubeSourceOptions } from './source.ts';
import { FailedPreconditionError } from './source.ts';

/** How Open Connectors is asked on behalf of a connector. */
export interface AccountAccess {
  readonly uid: string;
  /** Absent: the operator's own account. */
  readonly name: string | undefined;
  /** `baseUrl` with the API's path. */
  readonly settings: AccountSettings;
}

type Options = Pick<KubeSourceOptions, 'rest' | 'secrets' | 'config' | 'readMounted'>;
type ReadAccount = (connector: InfusionsoftConnector, signal: AbortSignal) => Promise<AccountAccess>;

/** Reads the account of a connector with its credentials, under the rules of the account controller. Throws `ObstacleError`. */
export function createAccountReader(options: Options): ReadAccount {
  return async (connector, signal) => {
    const name = accountNameOf(connector.spec);
    const access =
      name === undefined
        ? defaultAccount(options, connector.metadata.namespace)
        : await namedAccount(options, connector.metadata.namespace, name, signal);
    if (allowedHost(access.settings.baseUrl, options.config.allowedHosts) === undefined) {
      throw new FailedPreconditionError('account');
    }
    return access;
  };
}

function defaultAccount({ config, readMounted }: Options, namespace: string): AccountAccess {
  const { defaultAccountUrl: baseUrl, defaultAccountNamespaces: allowed } = config;
  if (baseUrl === undefined || !(allowed === '*' || allowed.includes(namespace))) {
    throw new FailedPreconditionError('account');
  }
  const [userSecret, organizationSecret] = (['userSecret', 'organizationSecret'] as const).map((file) =>
    clearText(Buffer.from(readMounted(file) ?? '').toString('base64')),
  );
  return accessTo(config, DEFAULT_ACCOUNT_UID, undefined, { baseUrl }, userSecret, organizationSecret);
}

async function namedAccount(
  { rest, secrets, config }: Options,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<AccountAccess> {
  const account = parseAccount(
    await found(rest.get(objectPath(ACCOUNT_RESOURCE, namespace, name), { signal })),
  );
  if (validateAccount(account).length > 0) {
    throw new FailedPreconditionError('account');
  }
  const { spec, metadata } = account;
  const fact = await secrets.read(namespace, spec.credentialsSecretRef.name, signal);
  const data = fact.state === 'read' ? fact.data : {};
  const [userSecret, organizationSecret] = [userSecretKeyOf(spec), organizationSecretKeyOf(spec)].map((key) =>
    clearText(data[key]),
  );
  return accessTo(config, metadata.uid, name, spec, userSecret, organizationSecret);
}

function accessTo(
  { createDeadlineMs }: Options['config'],
  uid: string,
  name: string | undefined,
  spec: Parameters<typeof limitsOf>[0] & Parameters<typeof timeoutMsOf>[0] & { readonly baseUrl: string },
  userSecret: string | undefined,
  organizationSecret: string | undefined,
): AccountAccess {
  if (userSecret === undefined || organizationSecret === undefined) {
    throw new FailedPreconditionError('account');
  }
  return {
    uid,
    name,
    settings: {
      baseUrl: apiBaseUrlOf(spec),
      credentials: { userSecret, organizationSecret },
      limits: limitsOf(spec),
      timeoutMs: timeoutMsOf(spec),
      createTimeoutMs: createDeadlineMs,
    },
  };
}

function clearText(encoded: string | undefined): string | undefined {
  const decoded = decodeText(encoded ?? '');
  return 'text' in decoded ? decoded.text : undefined;
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
