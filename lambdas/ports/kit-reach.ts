import type { KitHosts } from '../domain/kit-hosts.ts';

/** What asking kits takes: the hosts that are allowed, how one is asked, and who knows the addresses of a name. */
export type KitReach = {
  readonly hosts: KitHosts;
  readonly fetch: typeof globalThis.fetch;
  addressesOf(host: string): Promise<readonly string[]>;
};
