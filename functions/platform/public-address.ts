import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** IPv4 that belongs to no host on the internet (IANA's special-purpose registry), and what is not for single hosts. */
const specialIPv4 = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  specialIPv4.addSubnet(network, prefix, 'ipv4');
}

/** Of IPv6 only global unicast can be somebody's server: everything mapped, translated, local or multicast is outside. */
const globalIPv6 = new BlockList();
globalIPv6.addSubnet('2000::', 3, 'ipv6');

/** And of that, not what carries an IPv4 address inside (Teredo, 6to4), documents or benchmarks. */
const specialIPv6 = new BlockList();
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
] as const) {
  specialIPv6.addSubnet(network, prefix, 'ipv6');
}

/** Whether an address is one that anybody on the internet can reach, and so nothing behind our own doors. */
export const isPublicAddress = (address: string): boolean => {
  if (isIPv4(address)) return !specialIPv4.check(address, 'ipv4');
  return isIPv6(address) && globalIPv6.check(address, 'ipv6') && !specialIPv6.check(address, 'ipv6');
};

/** Whether an address is this machine itself. */
export const isLoopback = (address: string): boolean => /^127\./.test(address) || address === '::1';

/** Whether an address has a shape that may be visited at all; where its host is, is judged when it is visited. */
export const mayVisit = (url: URL, allowsLoopback = false): boolean => {
  if (url.username !== '' || url.password !== '') return false;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol === 'http:') return allowsLoopback && isLoopback(host);
  if (url.protocol !== 'https:' || url.port !== '') return false;
  return isIP(host) === 0 ? host.includes('.') : isPublicAddress(host);
};
