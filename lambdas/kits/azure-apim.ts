import type { Kit } from '../domain/kit.ts';
import { type AzureApimSettings, azureApimSettings, azureUrlsOf } from './azure-apim-settings.ts';
import { azureVaultSecret, vaultScope } from './azure-key-vault.ts';
import { azureNamedValue, type NamedValue } from './azure-named-value.ts';
import { credentialIn, heldWords } from './held-credential.ts';
import { KitMisconfigured, KitRefused, KitUnreachable } from './kit-errors.ts';
import type { KitAccess, KitKind } from './kit-kind.ts';
import { retryWhileTime } from './retry-while-time.ts';

/**
 * Azure API Management: the secret named value that the policies of the integration kit use, or the secret of Key Vault that it
 * refers to. Reading back proves what API Management has stored, or has read from Key Vault; its gateways follow.
 */
export const azureApim: KitKind<AzureApimSettings> & { readonly kind: 'azure-apim' } = {
  kind: 'azure-apim',
  settings: azureApimSettings,
  traits: ({ propagationSeconds }) => ({ installedBy: 'us', readBackProves: 'store', propagationSeconds }),
  destinations: (settings) => {
    const { namedValue, token, secret } = azureUrlsOf(settings);
    return { urls: [namedValue, token, ...(secret ? [secret] : [])], secrets: [settings.accessSecret] };
  },
  install: ({ kit, value }, settings, access) =>
    retryWhileTime(access.signal, async () => {
      const look = await openAzure(kit, settings, access);
      const before = await look();
      if (before.isUsed && before.value === value) return { state: 'INSTALLED' };
      await before.put(value);
      const after = await look();
      if (after.isUsed && after.value === value) return { state: 'INSTALLED' };
      throw new KitUnreachable('NOT_STORED', {
        doing: 'Reading the named value back',
        kit,
        answer: after.value === value ? 'it is not yet read from Key Vault' : 'it does not show the new credential',
        todo: 'It is tried again; look for another tool that writes the same value if this stays.',
      });
    }),
  readBack: ({ kit, value }, settings, access) =>
    retryWhileTime(access.signal, async () => {
      const found = await (await openAzure(kit, settings, access))();
      return { matches: found.isUsed && found.value === value };
    }),
  check: ({ kit }, settings, access) =>
    retryWhileTime(access.signal, async () => {
      const found = await (await openAzure(kit, settings, access))();
      const id = credentialIn(found.value)?.credentialId;
      const { namedValue, service, keyVault } = settings;
      const where = keyVault ? `Secret ${keyVault.secretName} in Key Vault` : `Named value ${namedValue} of ${service}`;
      return {
        seen: [
          `${where} is there, and holds ${heldWords(found.value)}.`,
          ...(keyVault
            ? [`Named value ${namedValue} of ${service} has ${found.isUsed ? '' : 'not '}read its newest version.`]
            : []),
        ],
        notShown: ['Whether it may be written: that is seen when it is.'],
        would: keyVault
          ? [
              `Make a new version of secret ${keyVault.secretName} in Key Vault, with the same tags and content type.`,
              `Have API Management read it: refreshSecret of named value ${namedValue}.`,
            ]
          : [`PATCH named value ${namedValue}: its value, and nothing else.`],
        holds: id === undefined ? [] : [id],
      };
    }),
};

/** What is held; `isUsed` when it is what API Management has; `put` replaces just that. */
type Found = { readonly value: string; readonly isUsed: boolean; put(value: string): Promise<void> };

/** Looks at the kit with tokens that are fetched once. */
const openAzure = async (kit: Kit, settings: AzureApimSettings, access: KitAccess): Promise<() => Promise<Found>> => {
  const { clientAuthorization } = await import('./client-credentials.ts'); // other kits do not pay for its libraries
  const { accessSecret, managementUrl, keyVault } = settings;
  const urls = azureUrlsOf(settings);
  const client = { name: 'application of Microsoft Entra', accessSecret, tokenUrl: urls.token };
  const tokenFor = (scope: string) => clientAuthorization(kit, { ...client, scope }, access);
  const management = await tokenFor(`${new URL(managementUrl).origin}/.default`);
  const named = azureNamedValue(kit, urls.namedValue, management, access);
  if (!keyVault || !urls.secret)
    return async () => {
      const { etag } = asSettingsSay(kit, settings, await named.read());
      return { value: await named.value(), isUsed: true, put: (value) => named.update(value, etag) };
    };
  const secret = azureVaultSecret(kit, urls.secret, await tokenFor(vaultScope(keyVault.vaultUrl)), access);
  return async () => {
    const { keyVault: last } = asSettingsSay(kit, settings, await named.read());
    const held = await secret.read();
    return {
      value: held.value,
      isUsed: (last?.readAtMs ?? 0) >= (held.updatedAtSeconds + 1) * 1000, // Key Vault tells seconds: in the same one nobody knows
      put: async (value) => {
        if (held.value !== value) await secret.set(value, held.kept);
        await named.refresh();
      },
    };
  };
};

/** Refuses a named value that the settings do not describe, before anything is written. */
const asSettingsSay = (kit: Kit, { keyVault, namedValue }: AzureApimSettings, found: NamedValue): NamedValue => {
  const doing = `Looking at named value ${namedValue}`;
  const reference = (answer: string, todo: string) =>
    new KitMisconfigured('VAULT_REFERENCE', { doing, kit, answer, todo });
  if (found.keyVault && !keyVault)
    throw reference(
      'its value comes from Key Vault',
      'Say in keyVault which secret that is: it is written, and the named value is not.',
    );
  if (keyVault && !found.keyVault)
    throw reference(
      'its value does not come from Key Vault',
      'Take keyVault out of the settings, or let it refer to that secret.',
    );
  if (keyVault && found.keyVault) {
    const [vault, name, version] = partsOf(found.keyVault.secretIdentifier);
    if (vault !== new URL(keyVault.vaultUrl).host || name !== keyVault.secretName.toLowerCase())
      throw reference('it refers to another secret than keyVault names', 'Let both name the same secret.');
    if (version)
      throw reference(
        'it refers to one version of the secret, and would never show a newer one',
        'Take the version off its secret identifier in Azure.',
      );
  }
  if (!found.keyVault && !found.isSecret)
    throw new KitRefused('NOT_SUPPORTED', {
      doing,
      kit,
      answer: 'it is no secret: whoever may read the service would see the credential',
      todo: 'Make it a secret one in Azure, or have it refer to Key Vault.',
    });
  return found;
};

/** Host, name and version in the identifier of a secret, https://{vault}/secrets/{name}[/{version}]; names have no case. */
const partsOf = (identifier: string): readonly (string | undefined)[] => {
  const url = URL.parse(identifier);
  const [, kind, name, version] = url?.pathname.split('/') ?? [];
  return url && kind === 'secrets' ? [url.host, name?.toLowerCase(), version] : [];
};
