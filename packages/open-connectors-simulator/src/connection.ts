import { ApiError } from './errors.ts';
import { remember } from './past.ts';
import { ProviderError, type Tokens } from './provider.ts';
import type { InstanceRecord } from './state.ts';
import type { World } from './world.ts';

type Configuration = Map<string, string | null>;

const textOf = (configuration: Configuration, key: string): string => configuration.get(key) ?? '';

const clientOf = (configuration: Configuration): { clientId: string; clientSecret: string } => ({
  clientId: textOf(configuration, 'oauth.api.key'),
  clientSecret: textOf(configuration, 'oauth.api.secret'),
});

function store(input: World, configuration: Configuration, tokens: Tokens): void {
  configuration.set('oauth.user.token', tokens.accessToken);
  configuration.set('oauth.user.refresh_token', tokens.refreshToken);
  configuration.set('oauth.user.refresh_time', String(input.clock.now()));
}

/** The error that the platform makes of a refusal by the provider, or nothing where it makes a useless instance of it. */
function refusal(input: World, error: ProviderError): ApiError | undefined {
  const { badGrant } = input.knobs;
  return badGrant === 'dead-instance'
    ? undefined
    : new ApiError(Number(badGrant), 'Failed to authenticate with the provider', error.body());
}

function atProvider<T>(input: World, ask: () => T): T | ProviderError {
  if (!input.knobs.providerAvailable) {
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

function keepOrRefuse(input: World, configuration: Configuration, tokens: Tokens | ProviderError): void {
  if (!(tokens instanceof ProviderError)) {
    store(input, configuration, tokens);
    return;
  }
  const error = refusal(input, tokens);
  if (error !== undefined) {
    throw error;
  }
  configuration.delete('oauth.user.token');
  configuration.delete('oauth.user.refresh_token');
}

/** Exchanges a grant code for tokens and stores them in `configuration`. */
export function exchangeCode(input: World, configuration: Configuration, code: string): void {
  const callbackUrl = textOf(configuration, 'oauth.callback.url');
  const tokens = atProvider(input, () =>
    input.provider.exchange({ ...clientOf(configuration), code, callbackUrl }),
  );
  keepOrRefuse(input, configuration, tokens);
}

function refreshedTokens(input: World, configuration: Configuration): Tokens | ProviderError {
  const refreshToken = textOf(configuration, 'oauth.user.refresh_token');
  return atProvider(input, () => input.provider.refresh({ ...clientOf(configuration), refreshToken }));
}

/** Uses the refresh token that came with a create. */
export function useGivenRefreshToken(input: World, configuration: Configuration): void {
  keepOrRefuse(input, configuration, refreshedTokens(input, configuration));
}

/** Refuses an Encrypted Key that the account does not know. */
export function checkEncryptedKey(
  input: World,
  instance: Pick<InstanceRecord, 'element' | 'configuration'>,
): void {
  const { element, configuration } = instance;
  if (
    element.key === 'infusionsoftcrm' &&
    !input.provider.acceptsKey(
      textOf(configuration, 'infusionsoft.server'),
      textOf(configuration, 'infusionsoft.private.key'),
    )
  ) {
    throw new ApiError(401, 'Failed to authenticate with the provider', '[InvalidKey]Invalid Key');
  }
}

function tokenWorks(input: World, { configuration }: InstanceRecord): boolean {
  const { clientId } = clientOf(configuration);
  return input.provider.acceptsToken(textOf(configuration, 'oauth.user.token'), clientId);
}

function refreshWorks(input: World, { configuration, refreshLocked }: InstanceRecord): boolean {
  const { clientId } = clientOf(configuration);
  const refreshToken = textOf(configuration, 'oauth.user.refresh_token');
  return !refreshLocked && input.provider.acceptsRefreshToken(refreshToken, clientId);
}

function refreshIsDue(input: World, { configuration }: InstanceRecord): boolean {
  const refreshedAt = Number(configuration.get('oauth.user.refresh_time') ?? 0);
  const intervalSeconds = Number(configuration.get('oauth.user.refresh_interval') ?? 28_800);
  return input.clock.now() >= refreshedAt + intervalSeconds * 1000;
}

/** One failed refresh; after the last the platform locks the refresh and disables the instance. */
export function countFailedRefresh(input: World, instance: InstanceRecord): void {
  remember(input, instance);
  instance.refreshFailures += 1;
  if (instance.refreshFailures >= input.knobs.refreshAttempts) {
    instance.refreshLocked = true;
    instance.disabled = true;
  }
}

function refresh(input: World, instance: InstanceRecord): void {
  const tokens = instance.refreshLocked
    ? new ProviderError(400, 'invalid_request', 'Invalid Refresh Token')
    : refreshedTokens(input, instance.configuration);
  if (tokens instanceof ProviderError) {
    if (!instance.refreshLocked) {
      countFailedRefresh(input, instance);
    }
    throw new ApiError(401, 'Failed to refresh the token of the provider', tokens.body());
  }
  remember(input, instance);
  instance.refreshFailures = 0;
  store(input, instance.configuration, tokens);
}

/** Whether a hub call would reach the provider. Changes nothing. */
export function works(input: World, instance: InstanceRecord): boolean {
  const { clientId, clientSecret } = clientOf(instance.configuration);
  return (
    input.provider.knowsClient(clientId, clientSecret) &&
    (tokenWorks(input, instance) || refreshWorks(input, instance)) &&
    (instance.element.key !== 'infusionsoftcrm' ||
      input.provider.acceptsKey(
        textOf(instance.configuration, 'infusionsoft.server'),
        textOf(instance.configuration, 'infusionsoft.private.key'),
      ))
  );
}

/** A call through the instance to the provider: refreshes the token where due, or throws the platform's answer. */
export function callProvider(input: World, instance: InstanceRecord): void {
  if (instance.disabled) {
    throw new ApiError(403, 'The connector instance is disabled');
  }
  if (!input.knobs.providerAvailable) {
    throw new ApiError(502, 'The provider did not answer', 'Service Unavailable');
  }
  if (!tokenWorks(input, instance) || refreshIsDue(input, instance)) {
    refresh(input, instance);
  }
  if (input.knobs.credentialsUsedOnEveryCall) {
    const { clientId, clientSecret } = clientOf(instance.configuration);
    if (!input.provider.knowsClient(clientId, clientSecret)) {
      throw new ApiError(401, 'Failed to authenticate with the provider', 'Client authentication failed');
    }
  }
  checkEncryptedKey(input, instance);
}
