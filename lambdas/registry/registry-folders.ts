import { dirname } from 'node:path/posix';
import { refusalOfFolder } from '../domain/kit-folders.ts';
import { destinationsOf } from '../kits/kinds.ts';
import { type Registry, RegistryRefused } from './read-registry.ts';

const foldersOfKit = (kit: Parameters<typeof destinationsOf>[0]): readonly string[] => [
  ...new Set((destinationsOf(kit).files ?? []).map((file) => dirname(file))),
];

/** The folders of all files that kits are in a registry, each once, sorted. */
export const foldersOf = ({ gateways }: Registry): readonly string[] =>
  [...new Set(gateways.flatMap(({ kits }) => kits.flatMap(foldersOfKit)))].toSorted();

/** Lets a registry through whose kits are files in allowed folders only. Throws {@link RegistryRefused} that names every kit with another. */
export const refuseOtherFolders = ({ gateways }: Registry, allowed: readonly string[]): void => {
  const problems = gateways.flatMap(({ gatewayId, kits }) =>
    kits.flatMap((kit) =>
      foldersOfKit(kit).flatMap((folder) => {
        const refusal = refusalOfFolder(folder, allowed);
        return refusal === undefined ? [] : [`kit ${kit.kitId} of gateway ${gatewayId}: ${refusal}.`];
      }),
    ),
  );
  if (problems.length > 0) throw new RegistryRefused(problems);
};
