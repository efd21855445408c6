import { join } from 'node:path/posix';
import { credentialIn, heldWords } from './held-credential.ts';
import { KitUnreachable } from './kit-errors.ts';
import type { KitKind } from './kit-kind.ts';
import { secretFile } from './pinggateway-folder.ts';
import { type PingGatewaySettings, pingGatewaySettings } from './pinggateway-settings.ts';
import { retryWhileTime } from './retry-while-time.ts';

/**
 * PingGateway, whose secrets no API changes: the credential is a file of its FileSystemSecretStore. Reading back proves what
 * the file holds, which PingGateway reads again when its lease has expired.
 */
export const pingGateway: KitKind<PingGatewaySettings> & { readonly kind: 'pinggateway' } = {
  kind: 'pinggateway',
  settings: pingGatewaySettings,
  traits: ({ leaseExpirySeconds }) => ({
    installedBy: 'us',
    readBackProves: 'store',
    propagationSeconds: leaseExpirySeconds,
  }),
  destinations: ({ folder: { path, fileName } }) => ({ urls: [], secrets: [], files: [join(path, fileName)] }),
  install: ({ kit, value }, { folder }, access) =>
    retryWhileTime(access.signal, async () => {
      const file = secretFile(kit, folder, access);
      if (await file.holds(value)) return { state: 'INSTALLED' };
      await file.replace(value);
      if (await file.holds(value)) return { state: 'INSTALLED' };
      throw new KitUnreachable('NOT_STORED', {
        doing: `Reading ${file.where} back`,
        kit,
        answer: 'it does not hold the new credential',
        todo: 'It is tried again; look for another program that writes the file if this stays.',
      });
    }),
  readBack: ({ kit, value }, { folder }, access) =>
    retryWhileTime(access.signal, async () => ({ matches: await secretFile(kit, folder, access).holds(value) })),
  check: ({ kit }, { folder, leaseExpirySeconds }, access) =>
    retryWhileTime(access.signal, async () => {
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
    }),
};
