import { BlockList, isIP } from 'node:net';

/** Which hosts the URLs of kits may have: by name, or with `*.` before the end of one; loopback and the like on one's own machine only. */
export type KitHosts = { readonly allowed: readonly string[]; readonly mayBeLocal: boolean };

/** What one of the allowed hosts looks like. */
export const hostPattern = /^(?:(?:\*\.)?[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?|\[[0-9a-f:.]{2,45}\])$/;

/** The host of a URL as it is compared: in small letters, an address in its shortest form, and without a dot at its end. */
export const hostOf = (url: string): string | undefined => URL.parse(url)?.hostname.replace(/\.$/, '');

/** Why a URL of a kit may not be asked, as the rest of a sentence; `undefined` when it may. */
export const refusalOfUrl = (url: string, { allowed, mayBeLocal }: KitHosts): string | undefined => {
  const host = hostOf(url);
  if (!host) return 'given a URL without a host';
  if (!mayBeLocal && isLocal(host)) return `given ${host}, ${localRule}`;
  if (allowed.some((one) => (one.startsWith('*.') ? host.endsWith(one.slice(1)) : host === one))) return undefined;
  const named = allowed.length === 0 ? 'no host at all' : allowed.slice(0, namedAtMost).join(', ');
  const more = allowed.length > namedAtMost ? ` and ${allowed.length - namedAtMost} more` : '';
  return `given the host ${host}; this deployment allows ${named}${more}. ${mayBeLocal ? 'Start this machine with a gateways.json that names it' : 'Have it named in the setting kitHosts, or in the gateways.json of a deployment, and deploy again'}`;
};

const namedAtMost = 20;
const localRule = 'which is the machine itself or its own network link: no kit of others is there';

/** Whether a host is the machine itself, or on its own link, where clouds keep the credentials of a function. */
export const isLocal = (host: string): boolean => {
  const bare = host.replace(/^\[|\]$|%.*$/g, '');
  const version = isIP(bare);
  if (version !== 0) return local.check(bare, version === 4 ? 'ipv4' : 'ipv6');
  return localNames.some((name) => host === name || host.endsWith(`.${name}`));
};

const localNames = ['localhost', 'localhost.localdomain', 'ip6-localhost', 'ip6-loopback'];

/** Loopback, link-local and unspecified addresses, also inside of IPv6, and AWS's own services by IPv6. */
const local = new BlockList();
for (const [bits, v4, mapped] of [
  [8, '0.0.0.0', '0000'],
  [8, '127.0.0.0', '7f00'],
  [16, '169.254.0.0', 'a9fe'],
] as const) {
  local.addSubnet(v4, bits, 'ipv4');
  local.addSubnet(`::ffff:${v4}`, 96 + bits, 'ipv6');
  local.addSubnet(`64:ff9b::${v4}`, 96 + bits, 'ipv6'); // through NAT64
  local.addSubnet(`2002:${mapped}::`, 16 + bits, 'ipv6'); // through 6to4
}
for (const [net, bits] of [
  ['::', 96],
  ['fe80::', 10],
  ['fd00:ec2::', 32],
] as const)
  local.addSubnet(net, bits, 'ipv6');
