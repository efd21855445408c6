import { credentialIn, heldWords } from './held-credential.ts';
import { KitUnreachable } from './kit-errors.ts';
import type { Installation, KitAccess, KitCheck, KitKind, OnlyAsked } from './kit-kind.ts';
import { adminOf } from './kong-access.ts';
import { cannotBeChanged } from './kong-admin.ts';
import { type PingAuth, shownId } from './kong-entities.ts';
import { type KongSettings, kongSettings } from './kong-settings.ts';
import { compareWithVault, rotationIntervalSeconds } from './kong-vault.ts';
import { ownPlugins } from './plugin-selection.ts';
import { retryWhileTime } from './retry-while-time.ts';
import type { SecretPlace } from './secret-text.ts';
import { checkSecret, putIntoSecret, readSecretBack } from './secrets-manager.ts';
import { referenceOf } from './vault-reference.ts';

/**
 * Kong Gateway with the `ping-auth` plugin: sets `config.shared_secret` of every plugin of this kit, or the secret that the
 * vault reference in it names. Reading back proves what is stored, not what each worker uses. All checks come before the
 * first change.
 */
export const kong: KitKind<KongSettings> & { readonly kind: 'kong' } = {
  kind: 'kong',
  settings: kongSettings,
  traits: ({ propagationSeconds, vaultSecret }) => ({
    installedBy: 'us',
    readBackProves: 'store',
    propagationSeconds: vaultSecret ? vaultSecret.ttlSeconds + rotationIntervalSeconds : propagationSeconds,
  }),
  destinations: ({ adminUrl, adminTokenSecret, adminHeadersSecret, caCertificateSecret, vaultSecret }) => ({
    urls: [adminUrl],
    secrets: [adminTokenSecret, adminHeadersSecret, caCertificateSecret, vaultSecret?.secretId].filter(
      (one) => one !== undefined,
    ),
    ...(vaultSecret ? { credentialSecrets: [vaultSecret.secretId] } : {}),
  }),
  install: (installation, settings, access) =>
    retryWhileTime(access.signal, async () => {
      const found = await lookAt(installation, settings, access);
      if (found.inSecret) return putIntoSecret(installation, found.inSecret, access);
      await setPlugins(found, installation, settings);
      const left = differing((await lookAt(installation, settings, access)).plugins, installation).length;
      if (left > 0)
        throw new KitUnreachable('NOT_STORED', {
          doing: 'Reading the plugins of Kong back',
          kit: installation.kit,
          answer: `HTTP 200, but ${left} of them do not hold the new credential`,
          todo: 'It is tried again; look for another tool that writes the same plugins (decK, an operator).',
        });
      return { state: 'INSTALLED' };
    }),
  readBack: async (installation, settings, access) => {
    const { plugins, inSecret } = await lookAt(installation, settings, access);
    if (inSecret) return readSecretBack(installation, inSecret, access);
    return { matches: differing(plugins, installation).length === 0 };
  },
  check: async (asked, settings, access) => {
    const found = await lookAt(asked, settings, access);
    if (found.inSecret) return besideReference(found, await checkSecret(asked, found.inSecret, access));
    const hasDatabase = await found.admin.hasDatabase();
    if (hasDatabase === false && !settings.declarativeConfig)
      throw cannotBeChanged(asked.kit, 'Reading the node of Kong');
    return checkPlugins(found.plugins, hasDatabase);
  },
};

type Found = {
  readonly admin: Awaited<ReturnType<typeof adminOf>>;
  readonly plugins: readonly PingAuth[];
  /** Where the value is when the plugins hold a vault reference, as the kind that writes it has it. */
  readonly inSecret?: SecretPlace;
  readonly isVaultShown: boolean;
};

/** The plugins of the kit, and what their reference names, compared with the settings. */
const lookAt = async (asked: OnlyAsked | Installation, settings: KongSettings, access: KitAccess): Promise<Found> => {
  const { kit } = asked;
  const { vaultSecret } = settings;
  const admin = await adminOf(kit, settings, access);
  const plugins = await ownPlugins(asked, settings, admin, 'Kong');
  const reference = referenceOf(plugins, kit, vaultSecret !== undefined, 'vaultSecret');
  if (!reference || !vaultSecret) return { admin, plugins, isVaultShown: false };
  const vault = await admin.vaultOf(reference.prefix);
  compareWithVault(kit, reference, vaultSecret, vault);
  return { admin, plugins, inSecret: vaultSecret, isVaultShown: vault !== undefined };
};

const differing = (plugins: readonly PingAuth[], { value }: Pick<Installation, 'value'>) =>
  plugins.filter(({ config }) => config.shared_secret !== value);

const setPlugins = async (
  { admin, plugins }: Found,
  installation: Installation,
  { declarativeConfig }: KongSettings,
): Promise<void> => {
  const toSet = differing(plugins, installation);
  for (const plugin of toSet) {
    if ((await admin.setSharedSecret(plugin, installation.value)) === 'SET') continue;
    if (!declarativeConfig) throw cannotBeChanged(installation.kit, 'Updating a plugin in Kong');
    const ids = toSet.map(({ id }) => id);
    return admin.setInConfig(ids, installation.value);
  }
};

const checkPlugins = (plugins: readonly PingAuth[], hasDatabase: boolean | undefined): KitCheck => {
  const ids = plugins.flatMap(({ config }) => credentialIn(config.shared_secret)?.credentialId ?? []);
  const plugin = ({ id, attachedTo }: PingAuth) => `plugin ${shownId(id)} of ${attachedTo}`;
  return {
    seen: plugins.map((one) => `P${plugin(one).slice(1)} holds ${heldWords(one.config.shared_secret)}.`),
    notShown: [
      ...(hasDatabase === undefined ? ['Whether Kong runs with a database: it does not show its node.'] : []),
      'Whether Kong lets us change plugins: that is seen at the first change.',
    ],
    would: plugins.map((one) =>
      hasDatabase === false
        ? `Put the declarative configuration back through /config: config.shared_secret of ${plugin(one)}, and nothing else.`
        : `PATCH ${plugin(one)}: config.shared_secret, and nothing else.`,
    ),
    holds: [...new Set(ids)],
  };
};

const besideReference = ({ plugins, isVaultShown }: Found, secret: KitCheck): KitCheck => ({
  ...secret,
  seen: [
    ...plugins.map(
      ({ id, attachedTo }) => `Plugin ${shownId(id)} of ${attachedTo} holds a vault reference, which stays.`,
    ),
    ...secret.seen,
  ],
  notShown: [
    ...(isVaultShown
      ? []
      : ['Which ttl the vault has: Kong does not show it. With 0, the default, it never reads the secret again.']),
    ...secret.notShown,
  ],
});
