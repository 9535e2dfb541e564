import type { ElementKey } from '../provider/elements.ts';
import type { ElementDefaults } from '../provider/events.ts';

/**
 * The Open Connectors API (SAP Open Connectors Platform API v2, `/elements/api-v2`) for the controllers. One
 * `OpenConnectors` has the base URL and credentials of one account. Every method throws `RemoteError`, the reason of
 * the signal when aborted (a write may have been sent), or, for writes, the error of the fencing guard (nothing was
 * sent).
 */

/** `GET /organizations/me`. */
export interface Organization {
  readonly id: string;
  readonly name: string;
}

/** An instance as the API shows it. `undefined` means that the response omits the field, not that it is empty. */
export interface Instance {
  /** A safe integer. The API has int64; a response with an id beyond 2^53 is `unexpected`. */
  readonly id: number;
  readonly name: string;
  /** `element.key`. */
  readonly element: string | undefined;
  readonly tags: readonly string[] | undefined;
  readonly disabled: boolean | undefined;
  /** RFC 3339. */
  readonly createdAt: string | undefined;
  /** The instance ("Element") token, in clear. A secret. */
  readonly token: string | undefined;
  /** Secrets are `MASKED`. */
  readonly configuration: Readonly<Record<string, string | null>> | undefined;
}

/** The OAuth grant: an authorization code, or a refresh token (`externalAuthentication: initial`). */
export type Grant =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'refresh-token'; readonly refreshToken: string };

/** Body of a create, and of a replacement with a new grant. `configuration` has the real values, never `MASKED`. */
export interface InstanceBody {
  readonly element: ElementKey;
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
  readonly element: ElementKey;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly callbackUrl: string;
  readonly scope?: string;
  readonly state?: string;
  readonly siteAddress?: string;
}

/** A turn for one call within the limits of the account. */
export interface Turn {
  /** Makes the call. */
  run<Result>(call: () => Promise<Result>): Promise<Result>;
  /** Returns the unused turn. Without effect after `run`. */
  release(): void;
}

/** The calls that change nothing. */
export type OpenConnectorsReads = Pick<
  OpenConnectors,
  'organization' | 'readElement' | 'readInstance' | 'listInstancesByTag' | 'listAllInstances' | 'pingInstance'
>;

export interface OpenConnectors {
  /**
   * Waits until the limits of the account permit one call, which `createInstance` and `reauthorizeInstance` then make
   * without a wait. The turn must be used or released.
   */
  reserve(signal?: AbortSignal): Promise<Turn>;
  /** `GET /organizations/me`: the cheapest check of the credentials. */
  organization(signal?: AbortSignal): Promise<Organization>;
  /**
   * `POST /elements/{key}/oauth/url`, or its GET form without that route (404, 405). Returns the URL of the provider.
   */
  authorizeUrl(request: AuthorizeRequest, signal?: AbortSignal): Promise<string>;
  /** `POST /instances`. Never retried. Timeout, reset and 5xx are `ambiguous`. */
  createInstance(body: InstanceBody, signal?: AbortSignal, turn?: Turn): Promise<Instance>;
  /** `GET /elements/{key}`: the default values of its configuration. */
  readElement(key: ElementKey, signal?: AbortSignal): Promise<ElementDefaults>;
  /** `GET /instances/{id}`. */
  readInstance(id: number, signal?: AbortSignal): Promise<Instance>;
  /** `GET /instances?tags[]=...&hydrate=true&pageSize=200`, all pages; a 404 of the API to the first page is the empty list. */
  listInstancesByTag(tag: string, signal?: AbortSignal): Promise<readonly Instance[]>;
  /** `GET /instances?hydrate=true&pageSize=200`, all pages: every instance of the account. */
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
   * Calls the ping of the hub with the instance token, or the cheapest read where the element has no ping. Resolves
   * with `answered` when the instance works, and with `unsupported` when neither route exists.
   */
  pingInstance(token: string, signal?: AbortSignal): Promise<'answered' | 'unsupported'>;
}
