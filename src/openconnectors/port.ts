import type { ElementKey } from '../provider/elements.ts';

/**
 * The Open Connectors API as the controllers see it: one `OpenConnectors` is bound to one account's base URL and
 * credentials. Every method may throw `RemoteError` and nothing else, except the signal's reason when aborted (a write
 * may have been sent by then) and, for writes, what the fencing guard throws (then nothing was sent).
 * Facts: the "SAP Open Connectors Platform API v2" (`/elements/api-v2`).
 */

/** `GET /organizations/me`. The id is kept as text: it is only compared. */
export interface Organization {
  readonly id: string;
  readonly name: string;
}

/** A connector instance as the API shows it. What an answer leaves out is `undefined`: it is unknown, not empty. */
export interface Instance {
  /** A safe integer (int64 at the remote side; anything beyond 2^53 is refused as `unexpected`). */
  readonly id: number;
  readonly name: string;
  /** `element.key`. */
  readonly connector: string | undefined;
  readonly tags: readonly string[] | undefined;
  readonly disabled: boolean | undefined;
  /** RFC 3339. */
  readonly createdAt: string | undefined;
  /** The instance ("Element") token, in clear. A secret. */
  readonly token: string | undefined;
  /** Values are text or null; secrets are `MASKED`. */
  readonly configuration: Readonly<Record<string, string | null>> | undefined;
}

/** How the provider's grant reaches the platform: a code to exchange, or a refresh token (`externalAuthentication: initial`). */
export type Grant =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'refresh-token'; readonly refreshToken: string };

/** Body of a create, and of a replacement that carries a new grant. `configuration` holds true values, never `MASKED`. */
export interface InstanceBody {
  readonly connector: ElementKey;
  readonly name: string;
  readonly tags: readonly string[];
  readonly configuration: Readonly<Record<string, string>>;
  readonly grant: Grant;
}

/** A partial change: `configuration` merges key by key, `tags` replaces the whole list. */
export interface InstancePatch {
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly configuration?: Readonly<Record<string, string>>;
}

/** Input of the authorize URL; `state` comes back at the callback URL. */
export interface AuthorizeRequest {
  readonly connector: ElementKey;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly callbackUrl: string;
  readonly scope?: string;
  readonly state?: string;
  readonly siteAddress?: string;
}

/** Leave to make one call, taken before it: the wait for the account's limits is over. */
export interface Turn {
  /** Makes the call. */
  run<Result>(call: () => Promise<Result>): Promise<Result>;
  /** Gives the turn back. Without effect once the call was made. */
  release(): void;
}

export interface OpenConnectors {
  /**
   * Waits until the account's limits permit one call, which `createInstance` and `reauthorizeInstance` then make without
   * a wait. The turn has to be used or released.
   */
  reserve(signal?: AbortSignal): Promise<Turn>;
  /** `GET /organizations/me`: the cheapest proof that the credentials work. */
  organization(signal?: AbortSignal): Promise<Organization>;
  /** `POST /elements/{key}/oauth/url`, or its GET form where POST is not there (404, 405). Returns the provider's URL. */
  authorizeUrl(request: AuthorizeRequest, signal?: AbortSignal): Promise<string>;
  /** `POST /instances`. Never retried inside. Time-out, reset and 5xx are `ambiguous`. */
  createInstance(body: InstanceBody, signal?: AbortSignal, turn?: Turn): Promise<Instance>;
  /** `GET /instances/{id}`. */
  readInstance(id: number, signal?: AbortSignal): Promise<Instance>;
  /** `GET /instances?tags[]=...&hydrate=true&pageSize=200`, all pages; a 404 of the API to the first page is the empty list. */
  listInstancesByTag(tag: string, signal?: AbortSignal): Promise<readonly Instance[]>;
  /** `GET /instances?hydrate=true&pageSize=200`, all pages: every instance of the account, whoever created it. */
  listAllInstances(signal?: AbortSignal): Promise<readonly Instance[]>;
  /** `PATCH /instances/{id}`. */
  patchInstance(id: number, patch: InstancePatch, signal?: AbortSignal): Promise<Instance>;
  /** `PUT /instances/{id}?reAuthenticate=true` with the whole body and a new grant; the id stays. */
  reauthorizeInstance(id: number, body: InstanceBody, signal?: AbortSignal, turn?: Turn): Promise<Instance>;
  /** `PUT` or `DELETE /instances/{id}/enabled`. */
  setInstanceEnabled(id: number, enabled: boolean, signal?: AbortSignal): Promise<void>;
  /** `DELETE /instances/{id}`; with the account's credentials only, never with an instance token. */
  deleteInstance(id: number, signal?: AbortSignal): Promise<void>;
  /**
   * `GET /hubs/crm/ping` with the instance token; where the connector has no ping (404), `GET /hubs/crm/contacts?pageSize=1`.
   * Resolves when the instance answered; `unsupported` when neither route exists.
   */
  pingInstance(token: string, signal?: AbortSignal): Promise<'answered' | 'unsupported'>;
}
