/** A host name in which a label `*` stands for exactly one label, with a port or without. */
export interface HostPattern {
  /** Lower case, e.g. `api.openconnectors.*.ext.hana.ondemand.com`. */
  readonly host: string;
  /** Absent without a port in the entry. With it, only this port matches, and the address check does not apply. */
  readonly port: number | undefined;
}

const LABEL = '(?:\\*|[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)';
const syntax = new RegExp(`^(${LABEL}(?:\\.${LABEL})*)(?::([1-9]\\d{0,4}))?$`);
const HTTPS_PORT = 443;

/**
 * Parses `host` or `host:port`. `undefined` for anything else: a scheme, a path, a partial wildcard (`a*`), an IP
 * address (a name whose last label is a number is read as an address by URL parsers), or nothing but wildcards.
 */
export function parseHostPattern(text: string): HostPattern | undefined {
  const [, host = '', port] = syntax.exec(text.toLowerCase()) ?? [];
  const labels = host.split('.');
  const addressLike = /^\d+$/.test(labels.at(-1) ?? '');
  if (host === '' || host.length > 253 || addressLike || labels.every((part) => part === '*')) {
    return undefined;
  }
  const number = port === undefined ? undefined : Number(port);
  return number !== undefined && number > 65_535 ? undefined : { host, port: number };
}

/** The first pattern that allows `hostname` (any case) on `port`; one without a port allows 443 alone. */
export function findHostPattern(
  patterns: readonly HostPattern[],
  hostname: string,
  port: number = HTTPS_PORT,
): HostPattern | undefined {
  const actual = hostname.toLowerCase().split('.');
  return patterns.find((pattern) => {
    const expected = pattern.host.split('.');
    return (
      port === (pattern.port ?? HTTPS_PORT) &&
      expected.length === actual.length &&
      expected.every((part, index) => part === actual[index] || (part === '*' && actual[index] !== ''))
    );
  });
}
