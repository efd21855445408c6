import { urlsOf as urlsOfPingOne } from '../authorities/pingone/settings.ts';
import { hostOf, type KitHosts, refusalOfUrl } from '../domain/kit-hosts.ts';
import type { WantedKit } from '../domain/registry-changes.ts';
import { destinationsOf } from '../kits/kinds.ts';
import { hostsOfChannels } from '../news/routes.ts';
import { type Registry, RegistryRefused } from './read-registry.ts';

/** Every URL that a kit has in the file, also those to which no credential goes. */
const urlsOf = (kit: WantedKit): readonly string[] => [
  ...destinationsOf(kit).urls,
  ...(kit.probeUrl === undefined ? [] : [kit.probeUrl]),
];

/** Where a gateway's authority is asked. */
const urlsOfAuthority = ({ authority }: Registry['gateways'][number]): readonly string[] =>
  authority ? Object.values(urlsOfPingOne(authority)) : [];

/** The hosts of all URLs in a registry, each once, sorted. */
export const hostsOf = ({ gateways, news }: Registry): readonly string[] => {
  const hosts = gateways.flatMap((one) => [...urlsOfAuthority(one), ...one.kits.flatMap(urlsOf)]).map(hostOf);
  return [...new Set([...hosts.filter((host) => host !== undefined), ...hostsOfChannels(news)])].toSorted();
};

/** Lets a registry through whose URLs have allowed hosts only. Throws {@link RegistryRefused} that names every kit with another. */
export const refuseOtherHosts = ({ gateways, news }: Registry, allowed: KitHosts): void => {
  const refusalsOf = (whose: string, urls: readonly string[]): readonly string[] =>
    [...new Set(urls.map((url) => refusalOfUrl(url, allowed)))].flatMap((one) => (one ? [`${whose}: ${one}.`] : []));
  const ofChannels = Object.entries(news.channels).flatMap(([name, channel]) =>
    refusalsOf(
      `channel ${name}`,
      hostsOfChannels({ channels: { [name]: channel } }).map((host) => `https://${host}`),
    ),
  );
  const ofGateways = gateways.flatMap((gateway) => [
    ...refusalsOf(`the authority of gateway ${gateway.gatewayId}`, urlsOfAuthority(gateway)),
    ...gateway.kits.flatMap((kit) => refusalsOf(`kit ${kit.kitId} of gateway ${gateway.gatewayId}`, urlsOf(kit))),
  ]);
  const problems = [...ofGateways, ...ofChannels];
  if (problems.length > 0) throw new RegistryRefused(problems);
};
