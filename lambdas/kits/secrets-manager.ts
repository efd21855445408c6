import { createHash } from 'node:crypto';
import * as z from 'zod';

import { longestPropagationSeconds } from '../domain/kit.ts';
import { credentialIn, heldWords } from './held-credential.ts';
import { textUnderKey, withTextUnderKey } from './json-text.ts';
import { KitMisconfigured, KitUnreachable } from './kit-errors.ts';
import type { Installation, KitAccess, KitKind, OnlyAsked } from './kit-kind.ts';
import { retryWhileTime } from './retry-while-time.ts';
import { callForSecret } from './secret-call.ts';

const settings = z.strictObject({
  secretId: z.string().min(1).max(2048).describe('The name or ARN of the secret that the kit reads.'),
  jsonKey: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Put the credential under this key of a JSON object and keep the other keys; without it, it is the text.',
    ),
  propagationSeconds: z
    .number()
    .int()
    .min(0)
    .max(longestPropagationSeconds)
    .describe('How long until every reader uses a changed secret, in seconds (Kong vault: its ttl + 60).'),
});
export type SecretSettings = z.infer<typeof settings>;

/**
 * A kit that reads its credential from a Secrets Manager secret of its own. Reading back proves what the secret holds,
 * not what its readers use. Secrets Manager has no conditional put: a key of the same JSON that another writer changes
 * between our read and our write is lost, so nobody else should write that secret.
 */
export const secretsManager: KitKind<SecretSettings> & { readonly kind: 'secrets-manager' } = {
  kind: 'secrets-manager',
  settings,
  traits: ({ propagationSeconds }) => ({ installedBy: 'us', readBackProves: 'store', propagationSeconds }),
  destinations: ({ secretId }) => ({ urls: [], secrets: [secretId], credentialSecrets: [secretId] }),
  install: (installation, settings, access) =>
    retryWhileTime(access.signal, () => putIntoSecret(installation, settings, access)),
  readBack: async (installation, settings, access) => ({
    matches: (await read(installation, settings, access)).value === installation.value,
  }),
  check: async (asked, settings, access) => {
    const { secretId, jsonKey } = settings;
    const { value } = await read(asked, settings, access);
    const id = credentialIn(value)?.credentialId;
    return {
      seen: [`Secret ${secretId} is there for this kit, and holds ${heldWords(value)}.`],
      notShown: [`Whether secret ${secretId} may be written: that is seen when it is.`],
      would: [
        `Put a new version into secret ${secretId}: ${jsonKey ? `the credential under "${jsonKey}", its other keys unchanged` : 'the credential as its whole text'}.`,
      ],
      holds: id === undefined ? [] : [id],
    };
  },
};

/** Puts the credential into the secret, if it is not there, and reads it back; tried once. */
export const putIntoSecret = async (
  installation: Installation,
  settings: SecretSettings,
  access: KitAccess,
): Promise<{ readonly state: 'INSTALLED' }> => {
  const before = await read(installation, settings, access);
  if (before.value === installation.value) return { state: 'INSTALLED' };
  const { jsonKey } = settings;
  const text = jsonKey ? withTextUnderKey(before.text, jsonKey, installation.value) : installation.value;
  if (text === undefined) throw unusable(installation, settings);
  const doing = `Writing secret ${settings.secretId}`;
  const versionId = versionIdFor(installation, before.versionId);
  const write = access.secrets.write(settings.secretId, versionId, text, access.signal);
  await callForSecret(write, doing, installation.kit);
  if ((await read(installation, settings, access)).value !== installation.value)
    throw new KitUnreachable('NOT_STORED', {
      doing: `Reading secret ${settings.secretId} back`,
      kit: installation.kit,
      answer: 'it does not show the new credential',
      todo: 'It is tried again; look for another writer of the secret if this stays.',
    });
  return { state: 'INSTALLED' };
};

/**
 * The idempotency token and version id of a write: the same for a repeated write over the same version, another one once
 * something else was written (a roll-back and forward again must write again). Made of ids only.
 */
const versionIdFor = ({ kit, rotationId, credentialId }: Installation, replaces: string | undefined): string =>
  createHash('sha256')
    .update([kit.gatewayId, kit.kitId, rotationId, credentialId, replaces ?? 'none'].join(' '))
    .digest('hex');

type Current = {
  readonly value: string | undefined;
  readonly text: string;
  readonly versionId: string | undefined;
};

const read = async ({ kit, secretArn }: OnlyAsked, settings: SecretSettings, access: KitAccess): Promise<Current> => {
  const { secretId, jsonKey } = settings;
  const doing = `Reading secret ${secretId}`;
  const found = await callForSecret(access.secrets.read(secretId, access.signal), doing, kit);
  if (!found) return { value: undefined, text: '', versionId: undefined };
  if (found.arn === secretArn)
    throw new KitMisconfigured('SETTINGS_WRONG', {
      doing,
      kit,
      answer: "it is the gateway's own secret, whose versions the rotation moves",
      todo: 'Give the kit a secret of its own.',
    });
  const { text = '', versionId } = found;
  if (!jsonKey) return { value: found.text, text, versionId };
  const held = text === '' ? undefined : textUnderKey(text, jsonKey); // a binary secret has no text
  if (!held) throw unusable({ kit }, settings);
  return { value: held.text, text, versionId };
};

const unusable = ({ kit }: Pick<Installation, 'kit'>, { secretId, jsonKey }: SecretSettings): KitMisconfigured =>
  new KitMisconfigured('SECRET_UNUSABLE', {
    doing: `Reading secret ${secretId}`,
    kit,
    answer: `it is not a JSON object with one text under "${jsonKey}"`,
    todo: 'Put a JSON object into the secret that has the key once or not at all, or leave jsonKey out.',
  });
