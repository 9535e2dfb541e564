import { BlockList, isIP } from 'node:net';
import { bypassesProxy, type ProxyBypass, parseProxyBypass, parseProxyUrl } from '../../config/proxy.ts';
import type { ProxyServer } from '../../openconnectors/transport/proxy-tunnel.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';

/** The proxy of the environment. */
export interface EnvironmentProxy {
  readonly server: ProxyServer;
  /** With credentials; secret. */
  readonly url: string;
  /** Whether `hostname` on `port` is called through the proxy. */
  serves(hostname: string, port: number): boolean;
}

/**
 * The proxy that HTTPS_PROXY names, with the exceptions of NO_PROXY, as kubectl reads them: names, suffixes, addresses and
 * networks; loopback addresses are always called directly. Throws `CliError`, without the value.
 */
export function environmentProxy({
  env,
  output,
}: Pick<CliContext, 'env' | 'output'>): EnvironmentProxy | undefined {
  const url = variable(env, 'HTTPS_PROXY');
  if (url === '') {
    return undefined;
  }
  const server = parseProxyUrl(url);
  if (typeof server === 'string') {
    throw new CliError('usage', `HTTPS_PROXY: ${server}.`);
  }
  if (server.credentials !== undefined) {
    output.redact(server.credentials.password);
    output.redact(new URL(url).password);
  }
  const entries = variable(env, 'NO_PROXY').split(/[\s,]+/);
  const names = entries.map(parseProxyBypass).filter((entry): entry is ProxyBypass => entry !== undefined);
  const networks = networksOf(entries);
  return {
    server,
    url,
    serves: (hostname, port) =>
      hostname !== 'localhost' &&
      !networks.check(hostname, isIP(hostname) === 6 ? 'ipv6' : 'ipv4') &&
      !bypassesProxy(names, hostname, port),
  };
}

function variable(env: CliContext['env'], name: string): string {
  return env[name] ?? env[name.toLowerCase()] ?? '';
}

/** The addresses and networks of NO_PROXY, and the loopback addresses. */
function networksOf(entries: readonly string[]): BlockList {
  const networks = new BlockList();
  for (const entry of ['127.0.0.0/8', '::1/128', ...entries]) {
    const [address = '', prefix] = entry.split('/');
    const version = isIP(address);
    const bits = version === 6 ? 128 : 32;
    const length = prefix === undefined ? bits : Number(prefix);
    if (version !== 0 && Number.isInteger(length) && length >= 0 && length <= bits) {
      networks.addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4');
    }
  }
  return networks;
}
