import * as z from 'zod';
import { bareToken } from './header-secret.ts';
import { credentialIn, heldWords } from './held-credential.ts';
import { KitMisconfigured, KitUnreachable } from './kit-errors.ts';
import type { Installation, KitAccess, KitKind, OnlyAsked } from './kit-kind.ts';
import { type PingAuth, shownId, type VaultEntity } from './kong-entities.ts';
import { konnectApi } from './konnect-api.ts';
import { ownPlugins, selectionFields } from './plugin-selection.ts';
import { propagationFrom } from './propagation.ts';
import { retryWhileTime } from './retry-while-time.ts';
import { baseUrl } from './secure-url.ts';
import { referenceOf, type VaultReference } from './vault-reference.ts';

const id = (what: string) => z.string().regex(/^[A-Za-z0-9-]{1,64}$/, `must be the id of a ${what}`);
const settings = z.strictObject({
  apiUrl: baseUrl('The URL of Konnect in your region, such as https://eu.api.konghq.com.'),
  controlPlaneId: id('control plane').describe('The id of the control plane.'),
  tokenSecret: z
    .string()
    .min(1)
    .describe('The name or ARN of the secret that holds the access token (kpat_… or spat_…).'),
  ...selectionFields('Konnect'),
  configStore: z
    .strictObject({
      id: id('Config Store').describe('The id of the Config Store that the vault reference in shared_secret names.'),
      key: z
        .string()
        .min(1)
        .max(512)
        .describe('The entry in it that the reference names. With it that entry is written, and no plugin is.'),
    })
    .optional(),
  propagationSeconds: propagationFrom(1)
    .default(60)
    .describe('How long until all data planes use what the control plane has, in seconds.'),
});
type Settings = z.infer<typeof settings>;

/**
 * A control plane of Kong Konnect with the `ping-auth` plugin: replaces every plugin of this kit by itself with another
 * `config.shared_secret`, or writes the entry of the Config Store that the vault reference in it names. Reading back proves what
 * the control plane stores; of the entry it proves nothing, since Konnect never shows its value.
 */
export const konnect: KitKind<Settings> & { readonly kind: 'konnect' } = {
  kind: 'konnect',
  settings,
  traits: ({ configStore, propagationSeconds }) => ({
    installedBy: 'us',
    readBackProves: configStore ? 'nothing' : 'store',
    propagationSeconds,
  }),
  destinations: ({ apiUrl, tokenSecret }) => ({ urls: [apiUrl], secrets: [tokenSecret] }),
  install: (installation, settings, access) =>
    retryWhileTime(access.signal, async () => {
      const { api, plugins } = await lookAt(installation, settings, access);
      const { configStore } = settings;
      if (configStore) {
        await api.writeEntry(configStore.id, configStore.key, installation.value);
        return { state: 'INSTALLED' };
      }
      for (const plugin of differing(plugins, installation)) await api.replaceSharedSecret(plugin, installation.value);
      const left = differing((await lookAt(installation, settings, access)).plugins, installation).length;
      if (left > 0)
        throw new KitUnreachable('NOT_STORED', {
          doing: 'Reading the plugins of Konnect back',
          kit: installation.kit,
          answer: `HTTP 200, but ${left} of them do not hold the new credential`,
          todo: 'It is tried again; look for another tool that writes the same plugins (decK, Terraform, an operator).',
        });
      return { state: 'INSTALLED' };
    }),
  readBack: async (installation, settings, access) => {
    const { plugins } = await lookAt(installation, settings, access);
    return settings.configStore ? undefined : { matches: differing(plugins, installation).length === 0 };
  },
  check: async (asked, settings, access) => {
    const { api, plugins } = await lookAt(asked, settings, access);
    const { configStore } = settings;
    const words = ({ id, attachedTo }: PingAuth) => `plugin ${shownId(id)} of ${attachedTo}`;
    if (!configStore)
      return {
        seen: plugins.map((one) => `P${words(one).slice(1)} holds ${heldWords(one.config.shared_secret)}.`),
        notShown: ['Whether the token may change plugins: that is seen at the first change.'],
        would: plugins.map((one) => `PUT ${words(one)} as it is, with another config.shared_secret.`),
        holds: [...new Set(plugins.flatMap(({ config }) => credentialIn(config.shared_secret)?.credentialId ?? []))],
      };
    const isThere = await api.hasEntry(configStore.id, configStore.key);
    return {
      seen: [
        ...plugins.map((one) => `P${words(one).slice(1)} holds a vault reference, which stays.`),
        `Entry ${configStore.key} of the Config Store is ${isThere ? 'there' : 'not there yet'}.`,
      ],
      notShown: [
        'What the entry holds: Konnect never shows it.',
        'Whether the token may write it: that is seen when it does.',
      ],
      would: [`${isThere ? 'Put another value into' : 'Make'} entry ${configStore.key} of the Config Store.`],
      holds: [],
    };
  },
};

/** The plugins of the kit, whose reference, if they hold one, names the entry in the settings. */
const lookAt = async (asked: OnlyAsked | Installation, settings: Settings, access: KitAccess) => {
  const { kit } = asked;
  const { apiUrl, controlPlaneId, tokenSecret, configStore } = settings;
  const token = bareToken(await access.readSecret(tokenSecret));
  if (token === undefined)
    throw new KitMisconfigured('SECRET_UNUSABLE', {
      doing: `Reading the access token from secret ${tokenSecret}`,
      kit,
      answer: 'it is empty or has characters that no header may hold',
      todo: 'Put the bare token of Konnect into the secret.',
    });
  const api = konnectApi(kit, { apiUrl, controlPlaneId, token }, access);
  const plugins = await ownPlugins(asked, settings, api, 'Konnect');
  const reference = referenceOf(plugins, kit, configStore !== undefined, 'configStore');
  const wrong = reference && configStore && wrongIn(reference, configStore, await api.vaultOf(reference.prefix));
  if (!wrong) return { api, plugins };
  const doing = 'Comparing configStore with Konnect';
  throw new KitMisconfigured('VAULT_REFERENCE', { doing, kit, answer: wrong, todo: 'Let both name the same entry.' });
};

/** Why the entry in the settings is not what the reference names. */
const wrongIn = (
  { resource, key }: VaultReference,
  configStore: NonNullable<Settings['configStore']>,
  vault: VaultEntity | undefined,
): string | undefined => {
  if (!vault) return 'the control plane has no vault of the prefix in the reference';
  if (vault.name !== 'konnect') return 'the vault of the reference is no Config Store of Konnect';
  if (vault.configStoreId !== configStore.id) return 'the vault of the reference has another Config Store';
  if (key !== undefined) return 'the reference names a part of an entry, and an entry can only be written whole';
  return resource === configStore.key ? undefined : 'the reference names another entry than configStore.key';
};

const differing = (plugins: readonly PingAuth[], { value }: Pick<Installation, 'value'>) =>
  plugins.filter(({ config }) => config.shared_secret !== value);
