import type { KitId } from '../../../lambdas/domain/ids.ts';
import type { FoundPlugin } from '../../../lambdas/kits/kong-plugins.ts';
import type { KitEntry } from '../registry-edit.ts';
import { type Found, type HeldRow, heldText, label, ofGateway, type Part } from './found.ts';
import type { KongPlace } from './places.ts';

/** One `ping-auth` plugin of a Kong. */
export type PluginRow = HeldRow & { readonly adminUrl: string; readonly plugin: string; readonly attachedTo: string };

/** One kit for each plugin that holds a credential of the gateway and is nobody's yet. */
export const proposePlugins = (
  found: Found,
  nameOf: (parts: readonly (string | undefined)[]) => KitId,
): Part<PluginRow> => {
  const kits: KitEntry[] = [];
  const rows = found.kongs.flatMap(({ place, plugins }) =>
    plugins.map((plugin): PluginRow => {
      const credentialId = ofGateway(found, plugin.holds);
      const row = {
        ...{ adminUrl: place.adminUrl, plugin: plugin.id, attachedTo: plugin.attachedTo },
        holds: heldText(found, plugin.holds),
        ...(credentialId === undefined ? {} : { credentialId }),
      };
      const known = found.kits.find((kit) => covers(kit, place, plugin));
      if (known) return { ...row, kit: known.kitId, isNew: false };
      if (credentialId === undefined) return { ...row, kit: '', isNew: false };
      const isOnly = plugins.length === 1;
      const kitId = nameOf([hostLabel(place), place.workspace, isOnly ? undefined : plugin.id.slice(0, 8)]);
      const settings = {
        ...place,
        ...(isAtPingOne(found, plugin) ? { serviceUrl: found.serviceUrl } : {}), // not ours, once it is pointed elsewhere
        ...(isOnly ? {} : { pluginIds: [plugin.id] }),
      };
      kits.push({ kitId, kind: 'kong', owner: found.owner, settings });
      return { ...row, kit: kitId, isNew: true };
    }),
  );
  return { rows, kits, notes: notesOn(found) };
};

/** Whether a kit that is written down already has this plugin. */
const covers = ({ kind, settings }: KitEntry, place: KongPlace, plugin: FoundPlugin): boolean => {
  if (kind !== 'kong' || typeof settings !== 'object' || settings === null) return false;
  const { adminUrl, workspace, serviceUrl, pluginIds } = settings as Readonly<Record<string, unknown>>;
  return (
    bare(String(adminUrl)) === bare(place.adminUrl) &&
    workspace === place.workspace &&
    (serviceUrl === undefined || bare(String(serviceUrl)) === bare(plugin.serviceUrl)) &&
    (!Array.isArray(pluginIds) || pluginIds.includes(plugin.id))
  );
};

const isAtPingOne = (found: Found, plugin: FoundPlugin): boolean => bare(plugin.serviceUrl) === bare(found.serviceUrl);

const bare = (url: string): string => url.replace(/\/+$/, '');

const hostLabel = ({ adminUrl }: KongPlace): string => {
  const host = label(new URL(adminUrl).host);
  return host.startsWith('kong') ? host : `kong-${host}`;
};

const notesOn = (found: Found): readonly string[] => {
  const plugins = found.kongs.flatMap(({ plugins }) => plugins);
  const named = (list: readonly FoundPlugin[]): string => list.map(({ id }) => id).join(', ');
  const references = plugins.filter(({ holds }) => holds.kind === 'reference');
  const elsewhere = plugins.filter(
    (plugin) => ofGateway(found, plugin.holds) !== undefined && !isAtPingOne(found, plugin),
  );
  return [
    ...(references.length === 0
      ? []
      : [
          `Behind the vault reference of plugin ${named(references)} may be a credential of this gateway: nobody can see it here. Add a kit that writes what the reference names: of kind kong with pluginIds and vaultSecret for AWS Secrets Manager, of kind konnect with configStore for Konnect, else of kind webhook or manual.`,
        ]),
    ...(elsewhere.length === 0
      ? []
      : [`Plugin ${named(elsewhere)} calls another Service URL than ${found.serviceUrl}: look whether that is meant.`]),
    ...found.kongs.flatMap(({ place, plugins: those }) => tooWide(found, place, those)),
  ];
};

/** A kit whose settings find plugins of another gateway too: it is refused, and says so only when it is given a credential. */
const tooWide = (found: Found, place: KongPlace, plugins: readonly FoundPlugin[]): readonly string[] =>
  found.kits.flatMap((kit) => {
    const own = plugins.filter((plugin) => covers(kit, place, plugin));
    const foreign = own.filter(
      (plugin) => plugin.holds.kind === 'pingone' && ofGateway(found, plugin.holds) === undefined,
    );
    if (foreign.length === 0) return [];
    const ids = own.filter((plugin) => !foreign.includes(plugin)).map(({ id }) => JSON.stringify(id));
    return [
      `Kit ${kit.kitId} also finds a plugin of another gateway, ${foreign.map(({ id }) => id).join(', ')}: give it "pluginIds": [${ids.join(', ')}].`,
    ];
  });
