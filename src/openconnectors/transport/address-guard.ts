import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import { BlockList, type LookupFunction } from 'node:net';

/** `code` of the error that a refused address causes. */
export const FORBIDDEN_ADDRESS = 'ERR_FORBIDDEN_ADDRESS';

/**
 * The special-purpose ranges of the IANA registries (RFC 6890). `net.BlockList` matches an IPv4-mapped IPv6 address
 * (`::ffff:0:0/96`) against the IPv4 rules.
 */
const notPublic: readonly (readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 96, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

function createBlockList(): BlockList {
  const list = new BlockList();
  for (const [network, prefix, family] of notPublic) {
    list.addSubnet(network, prefix, family);
  }
  return list;
}

/** Whether an address (`family` 4 or 6) is public. */
export type AddressCheck = (address: string, family: number) => boolean;

/** Rejects every address in a special-purpose range. */
export function createPublicAddressCheck(): AddressCheck {
  const blocked = createBlockList();
  return (address, family) =>
    family === 6 ? !blocked.check(embeddedIpv4(address), 'ipv6') : !blocked.check(address, 'ipv4');
}

/** NAT64 maps IPv4 hosts to `64:ff9b::/96` (RFC 6052). The IPv4 address inside is checked. */
function embeddedIpv4(address: string): string {
  return address.toLowerCase().replace(/^64:ff9b::(?=[^:]+:[^:]+$)/, '::ffff:');
}

/** The form of `dns.lookup` that returns all addresses. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A `lookup` for sockets that checks the addresses in the step that connects, which prevents DNS rebinding. One
 * forbidden address rejects the name. Sockets do not call it for IP literals, which the transport rejects.
 */
export function createGuardedLookup(isPublic: AddressCheck, resolve: Resolve = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null) {
        callback(error, []);
      } else if (first === undefined || !addresses.every((entry) => isPublic(entry.address, entry.family))) {
        callback(forbiddenAddress(), []);
      } else if (options.all === true) {
        callback(null, addresses);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}

/** The error for an address that is not public. It omits the address, which would disclose a private network. */
export function forbiddenAddress(): NodeJS.ErrnoException {
  return Object.assign(new Error('the host is not on the public internet'), { code: FORBIDDEN_ADDRESS });
}
