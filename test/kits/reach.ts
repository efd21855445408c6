import { guardedFiles } from '../../lambdas/kits/guarded-files.ts';
import { keptFetch } from '../../lambdas/kits/kept-fetch.ts';
import type { KitCommands, KitEdge, KitFiles, KitFunctions, KitReach } from '../../lambdas/ports.ts';

const unused = async (): Promise<never> => {
  throw new Error('This kit is no such thing.');
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

/** Where no kit runs commands. */
export const noCommands: KitCommands = { parametersOf: unused, sentSince: unused, show: unused, send: unused };

/** Where no kit is a file. */
export const noFiles: KitFiles = { read: unused, replace: unused };

/** Real requests to the hosts named, which are all somewhere else. */
export const reachOf = (allowed: readonly string[], more: Partial<KitReach> = {}): KitReach => ({
  hosts: { allowed, mayBeLocal: false },
  fetch: keptFetch(),
  functions: noFunctions,
  parameters: notHere,
  secretsByRole: () => notHere,
  edge: noEdge,
  folders: [],
  files: noFiles,
  commands: noCommands,
  addressesOf: async () => ['192.0.2.1'],
  ...more,
});

/** The files of a kit where the deployment allows these folders, and none can be opened. */
export const inFolders = (folders: readonly string[], kit: Parameters<typeof guardedFiles>[1]): KitFiles =>
  guardedFiles({ folders, files: noFiles }, kit);
