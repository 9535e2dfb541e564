import type { Clock } from 'test-kit/clock.ts';
import type { Ids } from './ids.ts';
import type { Knobs } from './knobs.ts';

/** An OAuth client registered at the provider. */
export interface ProviderApp {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Exact callback URLs; `any` takes every https URL. */
  readonly callbackUrls: readonly string[] | 'any';
}

/** Tokens as the provider's token endpoint gives them. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSeconds: number;
}

export interface CodeRequest {
  readonly clientId: string;
  readonly callbackUrl: string;
  readonly scope?: string;
}

/** An error of the provider (RFC 6749 5.2). */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, description: string) {
    super(description);
    this.status = status;
    this.code = code;
  }

  /** The JSON body of the provider. */
  body(): string {
    return JSON.stringify({ error: this.code, error_description: this.message });
  }
}

interface Grant {
  readonly clientId: string;
  accessToken: string;
  accessUntil: number;
  refreshToken: string;
  refreshUntil: number;
  revoked: boolean;
}

interface Code extends CodeRequest {
  readonly until: number;
  grant: Grant | undefined;
}

/** The authorization server of Keap (Infusionsoft), as Open Connectors and browsers use it. */
export interface Provider {
  registerApp(app?: Partial<ProviderApp>): ProviderApp;
  /** Calls to this server then need this Encrypted Key. An unregistered server accepts any. */
  registerAccount(server: string, encryptedKey: string): void;
  findApp(clientId: string): ProviderApp | undefined;
  acceptsCallback(app: ProviderApp, callbackUrl: string): boolean;
  /** A code, as after a consent. */
  issueCode(request: CodeRequest): string;
  /** A refresh token of a grant to another client of the same application. */
  issueRefreshToken(clientId: string): string;
  /** Throws `ProviderError`. */
  exchange(request: { clientId: string; clientSecret: string; code: string; callbackUrl: string }): Tokens;
  /** Marks a code as used, as an exchange with a lost response does. */
  spendCode(code: string): void;
  /** Issues new tokens and invalidates the old refresh token. Throws `ProviderError`. */
  refresh(request: { clientId: string; clientSecret: string; refreshToken: string }): Tokens;
  knowsClient(clientId: string, clientSecret: string): boolean;
  acceptsToken(accessToken: string, clientId: string): boolean;
  /** Whether a refresh would succeed. Changes nothing. */
  acceptsRefreshToken(refreshToken: string, clientId: string): boolean;
  acceptsKey(server: string, encryptedKey: string): boolean;
  /** Revokes the grant of this access or refresh token, as a user does who removes the application. */
  revoke(token: string): void;
}

/** The host of an Infusionsoft account, with or without `https://` before it. */
export const hostOf = (server: string): string => server.replace(/^https?:\/\//, '').replace(/\/.*$/, '');

export function createProvider(knobs: Knobs, clock: Clock, ids: Ids): Provider {
  const apps = new Map<string, ProviderApp>();
  const keys = new Map<string, string>();
  const codes = new Map<string, Code>();
  const byAccessToken = new Map<string, Grant>();
  const byRefreshToken = new Map<string, Grant>();

  const renew = (grant: Grant): Tokens => {
    byAccessToken.delete(grant.accessToken);
    byRefreshToken.delete(grant.refreshToken);
    grant.accessToken = ids.providerToken();
    grant.refreshToken = ids.providerToken();
    grant.accessUntil = clock.now() + knobs.accessTokenTtlMs;
    grant.refreshUntil = clock.now() + knobs.refreshTokenTtlMs;
    byAccessToken.set(grant.accessToken, grant);
    byRefreshToken.set(grant.refreshToken, grant);
    return {
      accessToken: grant.accessToken,
      refreshToken: grant.refreshToken,
      expiresInSeconds: Math.floor(knobs.accessTokenTtlMs / 1000),
    };
  };

  const newGrant = (clientId: string): Grant => ({
    clientId,
    accessToken: '',
    accessUntil: 0,
    refreshToken: '',
    refreshUntil: 0,
    revoked: false,
  });

  const requireClient = (clientId: string, clientSecret: string): void => {
    if (apps.get(clientId)?.clientSecret !== clientSecret) {
      throw new ProviderError(401, 'invalid_client', 'Client authentication failed');
    }
  };

  const acceptsCallback: Provider['acceptsCallback'] = ({ callbackUrls }, callbackUrl) =>
    callbackUrls === 'any'
      ? URL.parse(callbackUrl)?.protocol === 'https:'
      : callbackUrls.includes(callbackUrl);

  const acceptsRefreshToken: Provider['acceptsRefreshToken'] = (refreshToken, clientId) => {
    const grant = byRefreshToken.get(refreshToken);
    return (
      grant !== undefined &&
      !grant.revoked &&
      grant.clientId === clientId &&
      clock.now() <= grant.refreshUntil
    );
  };

  return {
    registerApp(options = {}) {
      const app: ProviderApp = {
        clientId: options.clientId ?? ids.providerToken(),
        clientSecret: options.clientSecret ?? ids.providerToken(),
        callbackUrls: options.callbackUrls ?? 'any',
      };
      apps.set(app.clientId, app);
      return app;
    },
    registerAccount: (server, encryptedKey) => void keys.set(hostOf(server), encryptedKey),
    findApp: (clientId) => apps.get(clientId),
    acceptsCallback,
    issueCode(request) {
      const code = ids.providerToken();
      codes.set(code, { ...request, until: clock.now() + knobs.codeTtlMs, grant: undefined });
      return code;
    },
    issueRefreshToken(clientId) {
      return renew(newGrant(clientId)).refreshToken;
    },
    exchange({ clientId, clientSecret, code, callbackUrl }) {
      requireClient(clientId, clientSecret);
      const issued = codes.get(code);
      if (issued?.grant !== undefined) {
        issued.grant.revoked ||= knobs.codeReuseRevokes;
        throw new ProviderError(400, 'invalid_grant', 'Authorization code was used before');
      }
      if (
        issued === undefined ||
        issued.clientId !== clientId ||
        issued.callbackUrl !== callbackUrl ||
        clock.now() > issued.until
      ) {
        throw new ProviderError(400, 'invalid_grant', 'Invalid authorization code');
      }
      issued.grant = newGrant(clientId);
      return renew(issued.grant);
    },
    spendCode(code) {
      const issued = codes.get(code);
      if (issued !== undefined) {
        issued.grant ??= newGrant(issued.clientId);
      }
    },
    refresh({ clientId, clientSecret, refreshToken }) {
      requireClient(clientId, clientSecret);
      const grant = byRefreshToken.get(refreshToken);
      if (grant === undefined || !acceptsRefreshToken(refreshToken, clientId)) {
        throw new ProviderError(400, 'invalid_request', 'Invalid Refresh Token');
      }
      return renew(grant);
    },
    knowsClient: (clientId, clientSecret) => apps.get(clientId)?.clientSecret === clientSecret,
    acceptsToken(accessToken, clientId) {
      const grant = byAccessToken.get(accessToken);
      return (
        grant !== undefined &&
        !grant.revoked &&
        grant.clientId === clientId &&
        clock.now() <= grant.accessUntil
      );
    },
    acceptsRefreshToken,
    acceptsKey(server, encryptedKey) {
      const key = keys.get(hostOf(server));
      return key === undefined ? encryptedKey !== '' && encryptedKey !== '********' : key === encryptedKey;
    },
    revoke(token) {
      const grant = byAccessToken.get(token) ?? byRefreshToken.get(token);
      if (grant !== undefined) {
        grant.revoked = true;
      }
    },
  };
}
