import { ownCallbackUrlOf, startUrlOf } from '../../authorization/consent-urls.ts';
import type { NamespacedName } from '../connector-name.ts';

/** The public URLs of the consent pages. All derive from `EXTERNAL_URL`, none from a request. */
export interface Addresses {
  /** `https://host[:port]`. */
  readonly origin: string;
  /** Path of `EXTERNAL_URL`; may be empty. */
  readonly prefix: string;
  /** To be registered for the OAuth app at the provider. */
  readonly callback: string;
  start(target: NamespacedName): string;
  review(target: NamespacedName): string;
  /** Redirects to the provider. */
  leave(target: NamespacedName): string;
  readonly result: string;
}

/** `externalUrl` is https, without query and fragment. */
export function addressesOf(externalUrl: string): Addresses {
  const { origin, pathname } = new URL(externalUrl);
  const prefix = pathname.replace(/\/+$/, '');
  const base = `${origin}${prefix}`;
  const callback = ownCallbackUrlOf(externalUrl);
  const start = (target: NamespacedName): string => startUrlOf(callback, target);
  return {
    origin,
    prefix,
    callback,
    start,
    review: (target) => `${start(target)}/review`,
    leave: (target) => `${start(target)}/go`,
    result: `${base}/oauth/done`,
  };
}
