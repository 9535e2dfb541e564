import type { ConnectorSpec } from '../api/connector.ts';

/** The callback URL of the operator's own pages at `externalUrl`, which is https, without query and fragment. */
export function ownCallbackUrlOf(externalUrl: string): string {
  const { origin, pathname } = new URL(externalUrl);
  return `${origin}${pathname.replace(/\/+$/, '')}/oauth/callback`;
}

/** The callback URL of a connector's OAuth app: that of the spec, else the operator's own. */
export function callbackUrlOf(spec: ConnectorSpec, ownCallbackUrl: string | undefined): string | undefined {
  return spec.oauth.callbackUrl ?? ownCallbackUrl;
}

/** The start page of a connector, beside the operator's callback URL. */
export function startUrlOf(
  ownCallbackUrl: string,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): string {
  return new URL(`../connect/${namespace}/${name}`, ownCallbackUrl).href;
}

/** The operator's callback URL, from the start page of one of its connectors. */
export function ownCallbackUrlBeside(startUrl: string): string {
  return new URL('../../oauth/callback', startUrl).href;
}
