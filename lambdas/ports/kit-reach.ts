import type { KitHosts } from '../domain/kit-hosts.ts';
import type { KitEdge } from './kit-edge.ts';
import type { KitFunctions } from './kit-functions.ts';

/** What reaching kits takes: the hosts that are allowed, how one is asked, who knows the addresses of a name, and the functions that kits are, here and at the edge of CloudFront. */
export type KitReach = {
  readonly hosts: KitHosts;
  readonly fetch: typeof globalThis.fetch;
  readonly functions: KitFunctions;
  readonly edge: KitEdge;
  addressesOf(host: string): Promise<readonly string[]>;
};
