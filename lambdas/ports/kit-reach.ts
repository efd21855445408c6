import type { KitHosts } from '../domain/kit-hosts.ts';
import type { KitFunctions } from './kit-functions.ts';

/** What reaching kits takes: the hosts that are allowed, how one is asked, who knows the addresses of a name, and the functions that kits are. */
export type KitReach = {
  readonly hosts: KitHosts;
  readonly fetch: typeof globalThis.fetch;
  readonly functions: KitFunctions;
  addressesOf(host: string): Promise<readonly string[]>;
};
