/**
 * The host of the Infusionsoft account that access was granted to, in lower case, from the `scope` of a redirect:
 * `full|dt123.infusionsoft.com`. Keap does not document it; `undefined` where the scope names no host.
 */
export function grantedTenant(scope: string): string | undefined {
  const [, tenant] = /^[^|]*\|([a-z0-9.-]+)$/i.exec(scope) ?? [];
  return tenant?.toLowerCase();
}
