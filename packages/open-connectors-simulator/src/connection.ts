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

function store(world: World, configuration: Configuration, tokens: Tokens): void {
  configuration.set('oauth.user.token', tokens.accessToken);
  configuration.set('oauth.user.refresh_token', tokens.refreshToken);
  configuration.set('oauth.user.refresh_time', String(world.clock.now()));
}

/** The error that the platform makes of a refusal by the provider, or nothing where it makes a useless instance of it. */
function refusal(world: World, error: ProviderError): ApiError | undefined {
  const { badGrant } = world.knobs;
  return badGrant === 'dead-instance'
    ? undefined
    : new ApiError(Number(badGrant), 'Failed to authenticate with the provider', error.body());
}

function atProvider<T>(world: World, ask: () => T): T | ProviderError {
  if (!world.knobs.providerAvailable) {
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

function keepOrRefuse(world: World, configuration: Configuration, tokens: Tokens | ProviderError): void {
  if (!(tokens instanceof ProviderError)) {
    store(world, configuration, tokens);
    return;
  }
  const error = refusal(world, tokens);
  if (error !== undefined) {
    throw error;
  }
  configuration.delete('oauth.user.token');
  configuration.delete('oauth.user.refresh_token');
}

/** Exchanges a grant code for tokens and stores them in `configuration`. */
export function exchangeCode(world: World, configuration: Configuration, code: string): void {
  const callbackUrl = textOf(configuration, 'oauth.callback.url');
  const tokens = atProvider(world, () =>
    world.provider.exchange({ ...clientOf(configuration), code, callbackUrl }),
  );
  keepOrRefuse(world, configuration, tokens);
}

function refreshedTokens(world: World, configuration: Configuration): Tokens | ProviderError {
  const refreshToken = textOf(configuration, 'oauth.user.refresh_token');
  return atProvider(world, () => world.provider.refresh({ ...clientOf(configuration), refreshToken }));
}

/** Uses the refresh token that came with a create. */
export function useGivenRefreshToken(world: World, configuration: Configuration): void {
  keepOrRefuse(world, configuration, refreshedTokens(world, configuration));
}

/** Refuses an Encrypted Key that the account does not know. */
export function checkEncryptedKey(
  world: World,
  instance: Pick<InstanceRecord, 'element' | 'configuration'>,
): void {
  const { element, configuration } = instance;
  if (
    element.key === 'infusionsoftcrm' &&
    !world.provider.acceptsKey(
      textOf(configuration, 'infusionsoft.server'),
      textOf(configuration, 'infusionsoft.private.key'),
    )
  ) {
    throw new ApiError(401, 'Failed to authenticate with the provider', '[InvalidKey]Invalid Key');
  }
}

function tokenWorks(world: World, { configuration }: InstanceRecord): boolean {
  const { clientId } = clientOf(configuration);
  return world.provider.acceptsToken(textOf(configuration, 'oauth.user.token'), clientId);
}

function refreshWorks(world: World, { configuration, refreshLocked }: InstanceRecord): boolean {
  const { clientId } = clientOf(configuration);
  const refreshToken = textOf(configuration, 'oauth.user.refresh_token');
  return !refreshLocked && world.provider.acceptsRefreshToken(refreshToken, clientId);
}

function refreshIsDue(world: World, { configuration }: InstanceRecord): boolean {
  const refreshedAt = Number(configuration.get('oauth.user.refresh_time') ?? 0);
  const intervalSeconds = Number(configuration.get('oauth.user.refresh_interval') ?? 28_800);
  return world.clock.now() >= refreshedAt + intervalSeconds * 1000;
}

/** One failed refresh; after the last the platform locks the refresh and disables the instance. */
export function countFailedRefresh(world: World, instance: InstanceRecord): void {
  remember(world, instance);
  instance.refreshFailures += 1;
  if (instance.refreshFailures >= world.knobs.refreshAttempts) {
    instance.refreshLocked = true;
    instance.disabled = true;
  }
}

function refresh(world: World, instance: InstanceRecord): void {
  const tokens = instance.refreshLocked
    ? new ProviderError(400, 'invalid_request', 'Invalid Refresh Token')
    : refreshedTokens(world, instance.configuration);
  if (tokens instanceof ProviderError) {
    if (!instance.refreshLocked) {
      countFailedRefresh(world, instance);
    }
    throw new ApiError(401, 'Failed to refresh the token of the provider', tokens.body());
  }
  remember(world, instance);
  instance.refreshFailures = 0;
  store(world, instance.configuration, tokens);
}

/** Whether a hub call would reach the provider. Changes nothing. */
export function works(world: World, instance: InstanceRecord): boolean {
  const { clientId, clientSecret } = clientOf(instance.configuration);
  return (
    world.provider.knowsClient(clientId, clientSecret) &&
    (tokenWorks(world, instance) || refreshWorks(world, instance)) &&
    (instance.element.key !== 'infusionsoftcrm' ||
      world.provider.acceptsKey(
        textOf(instance.configuration, 'infusionsoft.server'),
        textOf(instance.configuration, 'infusionsoft.private.key'),
      ))
  );
}

/** A call through the instance to the provider: refreshes the token where due, or throws the platform's answer. */
export function callProvider(world: World, instance: InstanceRecord): void {
  if (instance.disabled) {
    throw new ApiError(403, 'The connector instance is disabled');
  }
  if (!world.knobs.providerAvailable) {
    throw new ApiError(502, 'The provider did not answer', 'Service Unavailable');
  }
  if (!tokenWorks(world, instance) || refreshIsDue(world, instance)) {
    refresh(world, instance);
  }
  if (world.knobs.credentialsUsedOnEveryCall) {
    const { clientId, clientSecret } = clientOf(instance.configuration);
    if (!world.provider.knowsClient(clientId, clientSecret)) {
      throw new ApiError(401, 'Failed to authenticate with the provider', 'Client authentication failed');
    }
  }
  checkEncryptedKey(world, instance);
}
