import type { KitId } from '../../../lambdas/domain/ids.ts';
import type { FoundMap } from '../../../lambdas/kits/apigee-entries.ts';
import { type ApigeeSettings, addressesOf, apigeeSettings } from '../../../lambdas/kits/apigee-settings.ts';
import type { KitEntry } from '../registry-edit.ts';
import { type Found, type HeldRow, heldText, ofGateway, type Part } from './found.ts';
import { type ApigeePlace, mapPathOf } from './places.ts';

/** One entry of a key value map of Apigee. */
export type EntryRow = HeldRow & { readonly keyValueMap: string; readonly entry: string };

/** One kit for each entry that holds a credential of the gateway and is nobody's yet; entries without a credential are only counted. */
export const proposeEntries = (
  found: Found,
  nameOf: (parts: readonly (string | undefined)[]) => KitId,
): Part<EntryRow> => {
  const kits: KitEntry[] = [];
  const unnamed: string[] = [];
  const rows = found.maps.flatMap(({ place, map }) =>
    map.entries.flatMap(({ entry, holds }): readonly EntryRow[] => {
      const settings = apigeeSettings.safeParse({ ...place, entry }).data;
      const known = settings && found.kits.find((kit) => covers(kit, settings));
      if (!known && holds.kind !== 'pingone') return [];
      const credentialId = ofGateway(found, holds);
      const row = {
        ...{ keyValueMap: mapPathOf(place), entry, holds: heldText(found, holds) },
        ...(credentialId === undefined ? {} : { credentialId }),
      };
      if (known) return [{ ...row, kit: known.kitId, isNew: false }];
      if (credentialId === undefined) return [{ ...row, kit: '', isNew: false }];
      if (!settings) {
        unnamed.push(
          `No kit can name entry ${entry} of key value map ${row.keyValueMap}: give the entry another name.`,
        );
        return [{ ...row, kit: '', isNew: false }];
      }
      const { organization, environment, api, keyValueMap } = place;
      const kitId = nameOf(['apigee', organization, environment ?? api, keyValueMap, entry]);
      kits.push({ kitId, kind: 'apigee', owner: found.owner, settings: { ...place, entry } });
      return [{ ...row, kit: kitId, isNew: true }];
    }),
  );
  const cached =
    kits.length === 0
      ? []
      : [
          'The new kits of kind apigee say nothing of cacheSeconds, which is 300 then: compare it with ExpiryTimeInSecs of the policies that read the map.',
        ];
  return { rows, kits, notes: [...found.maps.flatMap((one) => notesOn(found, one)), ...unnamed, ...cached] };
};

/** Whether a kit that is written down already has this entry. */
const covers = ({ kind, settings }: KitEntry, wanted: ApigeeSettings): boolean => {
  const has = kind === 'apigee' ? apigeeSettings.safeParse(settings).data : undefined;
  return has !== undefined && placeOf(has) === placeOf(wanted);
};

const placeOf = (settings: ApigeeSettings): string => {
  const { organization, environment, api, keyValueMap, entry } = settings;
  const host = addressesOf(settings).baseUrl.replace(/\/+$/, '');
  return JSON.stringify([host, organization, environment, api, keyValueMap, entry]);
};

const notesOn = (
  found: Found,
  { place, map: { entries, isWhole } }: { readonly place: ApigeePlace; readonly map: FoundMap },
): readonly string[] => {
  const map = `key value map ${mapPathOf(place)}`;
  const masked = entries.filter(({ holds }) => holds.kind === 'masked');
  const own = entries.filter(({ holds }) => ofGateway(found, holds) !== undefined);
  const foreign = entries.filter(({ holds }) => holds.kind === 'pingone' && ofGateway(found, holds) === undefined);
  const counted = `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`;
  return [
    ...(own.length + masked.length === 0 ? [`No credential of this gateway is in ${map}, which has ${counted}.`] : []),
    ...(foreign.length === 0
      ? []
      : [
          `Left alone, since another PingOne gateway's credential is there: ${foreign.map(({ entry }) => entry).join(', ')} of ${map}.`,
        ]),
    ...(masked.length === 0
      ? []
      : [
          `Asterisks are shown for ${masked.length} of ${counted} of ${map}: nobody can see here whether a credential of this gateway is behind them. If one is, add a kit of kind apigee for that entry by hand, with "masksValues": true.`,
        ]),
    ...(isWhole
      ? []
      : [
          `Edge shows only the first ${counted} of ${map}: whether others hold a credential of this gateway is not known.`,
        ]),
  ];
};
