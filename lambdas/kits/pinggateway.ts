import { join } from 'node:path/posix';
import type { Kit } from '../domain/kit.ts';
import { credentialIn, heldWords } from './held-credential.ts';
import { KitUnreachable } from './kit-errors.ts';
import type { Destinations, Installation, KitAccess, KitCheck, KitKind } from './kit-kind.ts';
import { checkDocument, runOnNodes } from './pinggateway-command.ts';
import { secretFile } from './pinggateway-folder.ts';
import {
  type FolderSettings,
  nodesIn,
  nodesSaid,
  type PingGatewaySettings,
  pingGatewaySettings,
  type RunCommandSettings,
} from './pinggateway-settings.ts';
import { retryWhileTime } from './retry-while-time.ts';

/**
 * PingGateway, whose secrets no API changes: the credential is a file of its FileSystemSecretStore, which is written here, or by
 * the nodes themselves. Reading back proves what the file holds, which PingGateway reads again when its lease has expired; of
 * the nodes it proves nothing, since a command that has succeeded says what was, and not what is.
 */
export const pingGateway: KitKind<PingGatewaySettings> & { readonly kind: 'pinggateway' } = {
  kind: 'pinggateway',
  settings: pingGatewaySettings,
  traits: ({ folder, leaseExpirySeconds }) => ({
    installedBy: 'us',
    readBackProves: folder ? 'store' : 'nothing',
    propagationSeconds: leaseExpirySeconds,
  }),
  destinations: (settings) => {
    const none = { urls: [], secrets: [] };
    return inWay<Destinations>(settings, {
      folder: ({ path, fileName }) => ({ ...none, files: [join(path, fileName)] }),
      runCommand: (given) => ({ ...none, documents: [`${given.documentName} on ${nodesSaid(nodesIn(given))}`] }),
    });
  },
  install: async (installation, settings, access) => {
    await inWay(settings, {
      folder: (folder) => retryWhileTime(access.signal, () => putIntoFile(installation, folder, access)),
      runCommand: (given) => runOnNodes(installation, given, access),
    });
    return { state: 'INSTALLED' };
  },
  readBack: async ({ kit, value }, { folder }, access) =>
    folder &&
    retryWhileTime(access.signal, async () => ({ matches: await secretFile(kit, folder, access).holds(value) })),
  check: ({ kit }, settings, access) =>
    retryWhileTime(access.signal, () =>
      inWay(settings, {
        folder: (folder) => checkFile(kit, folder, settings, access),
        runCommand: (given) => checkDocument(kit, given, access),
      }),
    ),
};

/** The one way that the settings name: their schema has seen that it is one. */
const inWay = <Result>(
  { folder, runCommand }: PingGatewaySettings,
  ways: {
    readonly folder: (settings: FolderSettings) => Result;
    readonly runCommand: (settings: RunCommandSettings) => Result;
  },
): Result => {
  if (folder) return ways.folder(folder);
  if (runCommand) return ways.runCommand(runCommand);
  throw new Error('Settings of kind pinggateway without a way.');
};

const putIntoFile = async ({ kit, value }: Installation, folder: FolderSettings, access: KitAccess): Promise<void> => {
  const file = secretFile(kit, folder, access);
  if (await file.holds(value)) return;
  await file.replace(value);
  if (await file.holds(value)) return;
  throw new KitUnreachable('NOT_STORED', {
    doing: `Reading ${file.where} back`,
    kit,
    answer: 'it does not hold the new credential',
    todo: 'It is tried again; look for another program that writes the file if this stays.',
  });
};

const checkFile = async (
  kit: Kit,
  folder: FolderSettings,
  { leaseExpirySeconds }: PingGatewaySettings,
  access: KitAccess,
): Promise<KitCheck> => {
  const file = secretFile(kit, folder, access);
  const held = await file.held();
  const id = credentialIn(held)?.credentialId;
  return {
    seen: [`The ${file.where} is there, and holds ${heldWords(held)}.`],
    notShown: [
      'Whether the file may be replaced: that is seen when it is.',
      `Whether the store of PingGateway has this folder, this format and a leaseExpiry of ${leaseExpirySeconds} s, and no versionSuffix.`,
    ],
    would: [`Replace the ${file.where}, with its owner and its mode.`],
    holds: id === undefined ? [] : [id],
  };
};
