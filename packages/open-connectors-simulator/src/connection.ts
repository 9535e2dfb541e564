import type { Context } from './context.ts';
import { ApiError } from './errors.ts';
import { outageError } from './outages.ts';
import { remember } from './past.ts';
import { ProviderError, type Tokens } from './provider.ts';
import type { InstanceRecord } from './state.ts';

type Configuration = Map<string, string | null>;

const textOf = (configuration: Configuration, key: string): string => configuration.get(key) ?? '';

const clientOf = (configuration: Configuration): { clientId: string; clientSecret: string } => ({
  clientId: textOf(configuration, 'oauth.api.key'),
  clientSecret: textOf(configuration, 'oauth.api.secret'),
});

function store(context: Context, configuration: Configuration, tokens: Tokens): void {
  configuration.set('oauth.user.token', tokens.accessToken);
  configuration.set('oauth.user.refresh_token', tokens.refreshToken);
  configuration.set('oauth.user.refresh_time', String(context.clock.now()));
}

/** The platform's error for a refusal by the provider; `undefined` where it creates a broken instance instead. */
function refusal(context: Context, error: ProviderError): ApiError | undefined {
  const { badGrant } = context.knobs;
  return badGrant === 'dead-instance'
    ? undefined
    : new ApiError(Number(badGrant), 'Failed to authenticate with the provider', error.body());
}

function atProvider<T>(context: Context, ask: () => T): T | ProviderError {
  if (!context.knobs.providerAvailable) {
    throw new ApiError(502, 'The provider did not answer', 'Service Unavailable');
  }
  try {
    return ask();
  } catch (error) {
    if (error instanceof ProviderError) {
      return error;
    }
    throw error;
  }
}

function keepOrRefuse(context: Context, configuration: Configuration, tokens: Tokens | ProviderError): void {
  if (!(tokens instanceof ProviderError)) {
    store(context, configuration, tokens);
    return;
  }
  const error = refusal(context, tokens);
  if (error !== undefined) {
    throw error;
  }
  configuration.delete('oauth.user.token');
  configuration.delete('oauth.user.refresh_token');
}

/** Exchanges a grant code for tokens and stores them in `configuration`. */
export function exchangeCode(context: Context, configuration: Configuration, code: string): void {
  const callbackUrl = textOf(configuration, 'oauth.callback.url');
  const tokens = atProvider(context, () =>
    context.provider.exchange({ ...clientOf(configuration), code, callbackUrl }),
  );
  keepOrRefuse(context, configuration, tokens);
}

function refreshedTokens(context: Context, configuration: Configuration): Tokens | ProviderError {
  const refreshToken = textOf(configuration, 'oauth.user.refresh_token');
  return atProvider(context, () => context.provider.refresh({ ...clientOf(configuration), refreshToken }));
}

/** Uses the refresh token of a create. */
export function useGivenRefreshToken(context: Context, configuration: Configuration): void {
  keepOrRefuse(context, configuration, refreshedTokens(context, configuration));
}

/** Throws for an Encrypted Key that the account does not accept. */
export function checkEncryptedKey(
  context: Context,
  instance: Pick<InstanceRecord, 'element' | 'configuration'>,
): void {
  const { element, configuration } = instance;
  if (
    element.key === 'infusionsoftcrm' &&
    !context.provider.acceptsKey(
      textOf(configuration, 'infusionsoft.server'),
      textOf(configuration, 'infusionsoft.private.key'),
    )
  ) {
    throw new ApiError(401, 'Failed to authenticate with the provider', '[InvalidKey]Invalid Key');
  }
}

function tokenWorks(context: Context, { configuration }: InstanceRecord): boolean {
  const { clientId } = clientOf(configuration);
  return context.provider.acceptsToken(textOf(configuration, 'oauth.user.token'), clientId);
}

function refreshWorks(context: Context, { configuration, refreshLocked }: InstanceRecord): boolean {
  const { clientId } = clientOf(configuration);
  const refreshToken = textOf(configuration, 'oauth.user.refresh_token');
  return !refreshLocked && context.provider.acceptsRefreshToken(refreshToken, clientId);
}

function refreshIsDue(context: Context, { configuration }: InstanceRecord): boolean {
  const refreshedAt = Number(configuration.get('oauth.user.refresh_time') ?? 0);
  const intervalSeconds = Number(configuration.get('oauth.user.refresh_interval') ?? 28_800);
  return context.clock.now() >= refreshedAt + intervalSeconds * 1000;
}

/** Counts a failed refresh. After the last one the platform stops refreshing and disables the instance. */
export function countFailedRefresh(context: Context, instance: InstanceRecord): void {
  remember(context, instance);
  instance.refreshFailures += 1;
  if (instance.refreshFailures >= context.knobs.refreshAttempts) {
    instance.refreshLocked = true;
    instance.disabled = true;
  }
}

/** All attempts fail, which the platform makes within a minute. */
export function lockRefresh(context: Context, instance: InstanceRecord): void {
  while (!instance.refreshLocked) {
    countFailedRefresh(context, instance);
  }
}

function refresh(context: Context, instance: InstanceRecord): void {
  const tokens = instance.refreshLocked
    ? new ProviderError(400, 'invalid_request', 'Invalid Refresh Token')
    : refreshedTokens(context, instance.configuration);
  if (tokens instanceof ProviderError) {
    if (!instance.refreshLocked) {
      countFailedRefresh(context, instance);
    }
    throw new ApiError(401, 'Failed to refresh the token of the provider', tokens.body());
  }
  remember(context, instance);
  instance.refreshFailures = 0;
  store(context, instance.configuration, tokens);
}

/** Whether a hub call would succeed. Changes nothing. */
export function works(context: Context, instance: InstanceRecord): boolean {
  const { clientId, clientSecret } = clientOf(instance.configuration);
  return (
    context.outages.of(instance.element.key) === undefined &&
    context.provider.knowsClient(clientId, clientSecret) &&
    (tokenWorks(context, instance) || refreshWorks(context, instance)) &&
    (instance.element.key !== 'infusionsoftcrm' ||
      context.provider.acceptsKey(
        textOf(instance.configuration, 'infusionsoft.server'),
        textOf(instance.configuration, 'infusionsoft.private.key'),
      ))
  );
}

/** A call through the instance to the provider. Refreshes an expired token. Throws the platform's error. */
export function callProvider(context: Context, instance: InstanceRecord): void {
  if (instance.disabled) {
    throw new ApiError(403, 'The connector instance is disabled');
  }
  if (!context.knobs.providerAvailable) {
    throw new ApiError(502, 'The provider did not answer', 'Service Unavailable');
  }
  const outage = context.outages.of(instance.element.key);
  if (outage?.failsRefresh === true && refreshIsDue(context, instance)) {
    lockRefresh(context, instance);
    throw outageError(outage);
  }
  if (!tokenWorks(context, instance) || refreshIsDue(context, instance)) {
    refresh(context, instance);
  }
  if (outage !== undefined) {
    throw outageError(outage);
  }
  if (context.knobs.credentialsUsedOnEveryCall) {
    const { clientId, clientSecret } = clientOf(instance.configuration);
    if (!context.provider.knowsClient(clientId, clientSecret)) {
      throw new ApiError(401, 'Failed to authenticate with the provider', 'Client authentication failed');
    }
  }
  checkEncryptedKey(context, instance);
}
