import { hostOf, type KitHosts, refusalOfUrl } from '../domain/kit-hosts.ts';
import type { WantedKit } from '../domain/registry-changes.ts';
import { destinationsOf } from '../kits/kinds.ts';
import { type Registry, RegistryRefused } from './read-registry.ts';

/** Every URL that a kit has in the file, also those to which no credential goes. */
const urlsOf = (kit: WantedKit): readonly string[] => [
  ...destinationsOf(kit).urls,
  ...(kit.probeUrl === undefined ? [] : [kit.probeUrl]),
];

/** The hosts of all URLs in a registry, each once, sorted. */
export const hostsOf = ({ gateways }: Registry): readonly string[] => {
  const hosts = gateways.flatMap(({ kits }) => kits.flatMap(urlsOf)).map(hostOf);
  return [...new Set(hosts.filter((host) => host !== undefined))].toSorted();
};

/** Lets a registry through whose URLs have allowed hosts only. Throws {@link RegistryRefused} that names every kit with another. */
export const refuseOtherHosts = ({ gateways }: Registry, allowed: KitHosts): void => {
  const problems = gateways.flatMap(({ gatewayId, kits }) =>
    kits.flatMap((kit) => {
      const refusals = new Set(urlsOf(kit).map((url) => refusalOfUrl(url, allowed)));
      return [...refusals].flatMap((one) => (one ? [`kit ${kit.kitId} of gateway ${gatewayId}: ${one}.`] : []));
    }),
  );
  if (problems.length > 0) throw new RegistryRefused(problems);
};
