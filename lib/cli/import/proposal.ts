import { isKitId, type KitId } from '../../../lambdas/domain/ids.ts';
import type { ListedCredential } from '../../../lambdas/domain/pingone-mint.ts';
import type { FoundPlugin } from '../../../lambdas/kits/kong-plugins.ts';
import type { KitEntry } from '../registry-edit.ts';

/** Where a Kong was asked: the settings that a kit of it has. */
export type KongPlace = {
  readonly adminUrl: string;
  readonly adminTokenSecret?: string;
  readonly adminHeadersSecret?: string;
  readonly caCertificateSecret?: string;
  readonly workspace?: string;
};

/** What is known before anything is proposed; `kits` are those that the file has already. */
export type Found = {
  readonly authority: { readonly environmentId: string; readonly gatewayId: string };
  readonly serviceUrl: string;
  readonly listed: readonly ListedCredential[];
  readonly kongs: readonly { readonly place: KongPlace; readonly plugins: readonly FoundPlugin[] }[];
  readonly kits: readonly KitEntry[];
  readonly owner: string;
};

/** One plugin with what becomes of it; `credentialId` is what it holds of this gateway. */
type PluginRow = {
  readonly adminUrl: string;
  readonly plugin: string;
  readonly attachedTo: string;
  readonly holds: string;
  readonly credentialId?: string;
  readonly kit: string;
  readonly isNew: boolean;
};

/** The kits to add, what was found, and what a person has to know beside it. */
export type Proposal = {
  readonly rows: readonly PluginRow[];
  readonly kits: readonly KitEntry[];
  readonly unheld: readonly ListedCredential[];
  readonly notes: readonly string[];
};

/**
 * Proposes one kit for each plugin that holds a credential of the gateway and is nobody's yet. A plugin belongs to the
 * gateway when its value names it; that the value is the one PingOne made shows only in that all plugins with the same id
 * have the same digest.
 */
export const proposeKits = (found: Found): Proposal => {
  const taken = new Set(found.kits.map(({ kitId }) => kitId));
  const kits: KitEntry[] = [];
  const rows = found.kongs.flatMap(({ place, plugins }) =>
    plugins.map((plugin): PluginRow => {
      const credentialId = ofGateway(found, plugin);
      const row = {
        ...{ adminUrl: place.adminUrl, plugin: plugin.id, attachedTo: plugin.attachedTo },
        holds: heldText(found, plugin),
        ...(credentialId === undefined ? {} : { credentialId }),
      };
      const known = found.kits.find((kit) => covers(kit, place, plugin));
      if (known) return { ...row, kit: known.kitId, isNew: false };
      if (credentialId === undefined) return { ...row, kit: '', isNew: false };
      const isOnly = plugins.length === 1;
      const kitId = freeName(place, isOnly ? undefined : plugin.id, taken);
      taken.add(kitId);
      const settings = {
        ...place,
        ...(isAtPingOne(found, plugin) ? { serviceUrl: found.serviceUrl } : {}), // not ours, once it is pointed elsewhere
        ...(isOnly ? {} : { pluginIds: [plugin.id] }),
      };
      kits.push({ kitId, kind: 'kong', owner: found.owner, settings });
      return { ...row, kit: kitId, isNew: true };
    }),
  );
  const held = new Set(rows.map(({ credentialId }) => credentialId));
  const unheld = found.listed.filter(({ credentialId }) => !held.has(credentialId));
  return { rows, kits, unheld, notes: notesOn(found, unheld) };
};

const ofGateway = ({ authority }: Found, { holds }: FoundPlugin): string | undefined =>
  holds.kind === 'pingone' && holds.gatewayId === authority.gatewayId && holds.environmentId === authority.environmentId
    ? holds.credentialId
    : undefined;

const heldText = (found: Found, plugin: FoundPlugin): string => {
  const { holds } = plugin;
  if (holds.kind === 'nothing') return 'nothing';
  if (holds.kind === 'reference') return 'a vault reference, which cannot be read';
  if (holds.kind === 'other') return 'no PingOne credential';
  const credentialId = ofGateway(found, plugin);
  if (credentialId === undefined) return 'a credential of another PingOne gateway';
  const isListed = found.listed.some((one) => one.credentialId === credentialId);
  return `${credentialId}${isListed ? '' : ', which PingOne does not have (any more)'}`;
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

/** The name of a kit by where it is, which a person may change before it is applied. */
const freeName = (
  { adminUrl, workspace }: KongPlace,
  pluginId: string | undefined,
  taken: ReadonlySet<string>,
): KitId => {
  const label = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const host = label(new URL(adminUrl).host);
  const parts = [host.startsWith('kong') ? host : `kong-${host}`, workspace, pluginId?.slice(0, 8)];
  const wanted = label(parts.filter((part) => part !== undefined).join('-'))
    .slice(0, 55)
    .replace(/-+$/, '');
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (isKitId(name) && !taken.has(name)) return name;
  }
};

/** What a kit is called as long as nobody knows its plugins. */
export const nameOfKong = (place: KongPlace): KitId => freeName(place, undefined, new Set());

const iso = (atMs: number): string => new Date(atMs).toISOString();
/** Since when or that never, in words. */
export const lastUsedText = ({ lastUsedAtMs }: ListedCredential): string =>
  lastUsedAtMs === undefined ? 'never used' : `last used ${iso(lastUsedAtMs)}`;

const notesOn = (found: Found, unheld: readonly ListedCredential[]): readonly string[] => {
  const plugins = found.kongs.flatMap(({ plugins }) => plugins);
  const named = (list: readonly FoundPlugin[]): string => list.map(({ id }) => id).join(', ');
  const references = plugins.filter(({ holds }) => holds.kind === 'reference');
  const elsewhere = plugins.filter((plugin) => ofGateway(found, plugin) !== undefined && !isAtPingOne(found, plugin));
  return [
    ...(unheld.length === 0
      ? []
      : [
          `No plugin that was found holds ${unheld.map((one) => `${one.credentialId} (${lastUsedText(one)})`).join(', ')}. Whoever uses it is a kit that is missing here: add it, or a rotation waits for it.`,
        ]),
    ...(references.length === 0
      ? []
      : [
          `Behind the vault reference of plugin ${named(references)} may be a credential of this gateway: nobody can see it here. Add a kit that writes what the reference names: of kind kong with pluginIds and vaultSecret for AWS Secrets Manager, of kind konnect with configStore for Konnect, else of kind webhook or manual.`,
        ]),
    ...(elsewhere.length === 0
      ? []
      : [`Plugin ${named(elsewhere)} calls another Service URL than ${found.serviceUrl}: look whether that is meant.`]),
    ...different(plugins),
    ...found.kongs.flatMap(({ place, plugins: those }) => tooWide(found, place, those)),
  ];
};

/** The same id in two values: one of them is not what PingOne made, and is refused there. */
const different = (plugins: readonly FoundPlugin[]): readonly string[] => {
  const digests = new Map<string, Set<string>>();
  for (const { holds } of plugins) {
    if (holds.kind !== 'pingone') continue;
    digests.set(holds.credentialId, (digests.get(holds.credentialId) ?? new Set()).add(holds.digest));
  }
  return [...digests].flatMap(([id, values]) =>
    values.size > 1
      ? [`Plugins hold ${values.size} different values that all name credential ${id}: at most one of them is good.`]
      : [],
  );
};

/** A kit whose settings find plugins of another gateway too: it is refused, and says so only when it is given a credential. */
const tooWide = (found: Found, place: KongPlace, plugins: readonly FoundPlugin[]): readonly string[] =>
  found.kits.flatMap((kit) => {
    const own = plugins.filter((plugin) => covers(kit, place, plugin));
    const foreign = own.filter((plugin) => plugin.holds.kind === 'pingone' && ofGateway(found, plugin) === undefined);
    if (foreign.length === 0) return [];
    const ids = own.filter((plugin) => !foreign.includes(plugin)).map(({ id }) => JSON.stringify(id));
    return [
      `Kit ${kit.kitId} also finds a plugin of another gateway, ${foreign.map(({ id }) => id).join(', ')}: give it "pluginIds": [${ids.join(', ')}].`,
    ];
  });
