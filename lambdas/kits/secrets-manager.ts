import { createHash } from 'node:crypto';
import { credentialIn, heldWords } from './held-credential.ts';
import { KitUnreachable } from './kit-errors.ts';
import type { Installation, KitAccess, KitCheck, KitKind, OnlyAsked } from './kit-kind.ts';
import { readerCaches } from './reader-caches.ts';
import { retryWhileTime } from './retry-while-time.ts';
import { callForSecret } from './secret-call.ts';
import { readSecretAt, type SecretPlace, secretsOf, withCredential } from './secret-text.ts';
import { type SecretsManagerSettings, secretsManagerSettings } from './secrets-manager-settings.ts';

/**
 * A kit that reads its credential from a Secrets Manager secret of its own. Reading back proves what the secret holds,
 * not what its readers use. Secrets Manager has no conditional put: a key of the same JSON that another writer changes
 * between our read and our write is lost, so nobody else should write that secret.
 */
export const secretsManager: KitKind<SecretsManagerSettings> & { readonly kind: 'secrets-manager' } = {
  kind: 'secrets-manager',
  settings: secretsManagerSettings,
  traits: ({ propagationSeconds }) => ({ installedBy: 'us', readBackProves: 'store', propagationSeconds }),
  destinations: ({ secretId, roleArn }) => ({
    urls: [],
    secrets: [secretId],
    credentialSecrets: [secretId],
    ...(roleArn === undefined ? {} : { secretsByRole: [secretId] }),
  }),
  install: (installation, settings, access) =>
    retryWhileTime(access.signal, () => putIntoSecret(installation, settings, access)),
  readBack: (installation, settings, access) => readSecretBack(installation, settings, access),
  check: async (asked, settings, access) => {
    const found = await checkSecret(asked, settings, access);
    return { ...found, notShown: [...found.notShown, readerCaches(settings.propagationSeconds)] };
  },
};

/** Puts the credential into the secret, if it is not there, and reads it back; tried once. */
export const putIntoSecret = async (
  installation: Installation,
  place: SecretPlace,
  access: KitAccess,
): Promise<{ readonly state: 'INSTALLED' }> => {
  const { kit, value } = installation;
  const { secretId } = place;
  const before = await readSecretAt(installation, place, access);
  if (before.value === value) return { state: 'INSTALLED' };
  const text = withCredential(installation, place, before);
  const { role, secrets } = secretsOf(place, access);
  const write = secrets.write(secretId, versionIdFor(installation, before.versionId), text, access.signal);
  await callForSecret(write, `Writing secret ${secretId}`, kit, role);
  if (!(await readSecretBack(installation, place, access)).matches)
    throw new KitUnreachable('NOT_STORED', {
      doing: `Reading secret ${secretId} back`,
      kit,
      answer: 'it does not show the new credential',
      todo: 'It is tried again; look for another writer of the secret if this stays.',
    });
  return { state: 'INSTALLED' };
};

/** Whether the secret holds the credential. */
export const readSecretBack = async (
  installation: Installation,
  place: SecretPlace,
  access: KitAccess,
): Promise<{ readonly matches: boolean }> => ({
  matches: (await readSecretAt(installation, place, access)).value === installation.value,
});

/** What the secret shows when it is only asked. */
export const checkSecret = async (asked: OnlyAsked, place: SecretPlace, access: KitAccess): Promise<KitCheck> => {
  const { secretId, jsonKey, previousKey } = place;
  const { value, previous } = await readSecretAt(asked, place, access);
  const id = credentialIn(value)?.credentialId;
  const beside = previousKey ? `; beside it, under "${previousKey}", ${heldWords(previous)}` : '';
  const moved = previousKey ? ` the one that is there now under "${previousKey}",` : '';
  const what = jsonKey
    ? `the credential under "${jsonKey}",${moved} its other keys unchanged`
    : 'the credential as its whole text';
  return {
    seen: [`Secret ${secretId} is there for this kit, and holds ${heldWords(value)}${beside}.`],
    notShown: [`Whether secret ${secretId} may be written: that is seen when it is.`],
    would: [`Put a new version into secret ${secretId}: ${what}.`],
    holds: id === undefined ? [] : [id],
  };
};

/**
 * The idempotency token and version id of a write: the same for a repeated write over the same version, another one once
 * something else was written (a roll-back and forward again must write again). Made of ids only.
 */
const versionIdFor = ({ kit, rotationId, credentialId }: Installation, replaces: string | undefined): string =>
  createHash('sha256')
    .update([kit.gatewayId, kit.kitId, rotationId, credentialId, replaces ?? 'none'].join(' '))
    .digest('hex');
