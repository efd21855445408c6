import type { KitEdge, KitFunctions, KitReach } from '../../lambdas/ports.ts';

const unused = async (): Promise<never> => {
  throw new Error('This kit is no function.');
};

/** Where no kit is a function. */
export const noFunctions: KitFunctions = {
  show: unused,
  setVariables: unused,
  publish: unused,
  showAlias: unused,
  moveAlias: unused,
};

const notHere = () => ({ read: unused, write: unused });

/** What a kit without parameters and roles has of them. */
export const noOwnersPlaces = { parameters: { read: unused, write: unused }, secretsByRole: notHere };
/** Where none is at the edge. */
export const noEdge: KitEdge = {
  functions: noFunctions,
  packages: { read: unused, write: unused },
  distributions: { show: unused, associate: unused },
};

/** Real requests to the hosts named, which are all somewhere else. */
export const reachOf = (allowed: readonly string[], more: Partial<KitReach> = {}): KitReach => ({
  hosts: { allowed, mayBeLocal: false },
  fetch: globalThis.fetch,
  functions: noFunctions,
  parameters: notHere,
  secretsByRole: () => notHere,
  edge: noEdge,
  addressesOf: async () => ['192.0.2.1'],
  ...more,
});
