import type { Kit } from '../domain/kit.ts';
import { openEntry } from './apigee-access.ts';
import { type apigeeEntry, mapUrl } from './apigee-entry.ts';
import { type ApigeeSettings, addressesOf, apigeeSettings } from './apigee-settings.ts';
import { credentialIn, heldWords } from './held-credential.ts';
import { KitMisconfigured, KitUnreachable } from './kit-errors.ts';
import type { KitKind } from './kit-kind.ts';
import { retryWhileTime } from './retry-while-time.ts';

/**
 * Apigee: the entry of a key value map that the policies of the integration kit read. Reading back proves what the map holds;
 * proxies use it when their cache ends. Nothing is written when it is there already.
 */
export const apigee: KitKind<ApigeeSettings> & { readonly kind: 'apigee' } = {
  kind: 'apigee',
  settings: apigeeSettings,
  traits: ({ cacheSeconds, masksValues }) => ({
    installedBy: 'us',
    readBackProves: masksValues ? 'nothing' : 'store',
    propagationSeconds: cacheSeconds,
  }),
  destinations: (settings) => {
    const { baseUrl, tokenUrl } = addressesOf(settings);
    const map = mapUrl({ ...settings, baseUrl }); // another map is another destination
    return { urls: settings.edition === 'edge' ? [map] : [map, tokenUrl], secrets: [settings.accessSecret] };
  },
  install: ({ kit, value }, settings, access) =>
    retryWhileTime(access.signal, async () => {
      const entry = await openEntry(kit, settings, access);
      const before = await readEntry(kit, settings, entry);
      if (before?.value === value) return { state: 'INSTALLED' };
      await (before ? entry.update(value) : entry.create(value));
      const after = await readEntry(kit, settings, entry);
      if (after && (after.value === value || (after.value === undefined && settings.masksValues)))
        return { state: 'INSTALLED' };
      throw new KitUnreachable('NOT_STORED', {
        doing: `Reading ${entry.where} back`,
        kit,
        answer: 'it does not show the new credential',
        todo: 'It is tried again; look for another tool that writes the same map if this stays.',
      });
    }),
  readBack: ({ kit, value }, settings, access) =>
    retryWhileTime(access.signal, async () => {
      const found = await readEntry(kit, settings, await openEntry(kit, settings, access));
      return found && found.value === undefined ? undefined : { matches: found?.value === value };
    }),
  check: ({ kit }, settings, access) =>
    retryWhileTime(access.signal, async () => {
      const entry = await openEntry(kit, settings, access);
      const found = await readEntry(kit, settings, entry);
      const mayUpdate = await entry.mayUpdate();
      const id = credentialIn(found?.value)?.credentialId;
      const held = found && found.value === undefined ? 'a value that is not shown' : heldWords(found?.value);
      return {
        seen: [
          found
            ? `Entry ${settings.entry} of key value map ${settings.keyValueMap} is there, and holds ${held}.`
            : `Key value map ${settings.keyValueMap} has no entry ${settings.entry}.`,
          ...(mayUpdate ? ['The service account may update it.'] : []),
        ],
        notShown: [
          ...(mayUpdate ? [] : ['Whether it may be written: that is seen when it is.']),
          'Whether a policy has InitialEntries with an old value: that would come back when the map is made anew.',
          `Whether proxies keep a value for longer than ${settings.cacheSeconds} s (ExpiryTimeInSecs).`,
        ],
        would: [`${found ? 'Update' : 'Create'} ${entry.where}, and nothing else of the map.`],
        holds: id === undefined ? [] : [id],
      };
    }),
};

/** The entry; `undefined` when it is not there and is to be created. */
const readEntry = async (kit: Kit, settings: ApigeeSettings, entry: ReturnType<typeof apigeeEntry>) => {
  const { keyValueMap, createsEntry, masksValues } = settings;
  const found = await entry.read();
  if (!found) {
    const hasMap = await entry.hasMap();
    if (hasMap && createsEntry) return undefined;
    throw new KitMisconfigured('NOT_FOUND', {
      doing: `Reading ${entry.where}`,
      kit,
      answer: hasMap ? 'the map has no such entry' : 'there is no such map',
      todo: hasMap
        ? 'Correct entry, or set createsEntry to true.'
        : `Correct organization, environment, api and keyValueMap; ${keyValueMap} is made by the integration kit's own proxy.`,
    });
  }
  if (found.value === undefined && !masksValues)
    throw new KitMisconfigured('SETTINGS_WRONG', {
      doing: `Reading ${entry.where}`,
      kit,
      answer: 'the map masks its values',
      todo: 'Set masksValues to true: then the kit needs a use or a probeUrl for proof.',
    });
  return found;
};
