import type { KitReach } from '../../lambdas/ports.ts';

/** Real requests to the hosts named, which are all somewhere else. */
export const reachOf = (allowed: readonly string[], more: Partial<KitReach> = {}): KitReach => ({
  hosts: { allowed, mayBeLocal: false },
  fetch: globalThis.fetch,
  addressesOf: async () => ['192.0.2.1'],
  ...more,
});
