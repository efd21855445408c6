import { createHash } from 'node:crypto';
import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { longestPropagationSeconds } from '../domain/kit.ts';
import { KitMisconfigured, KitUnreachable } from './kit-errors.ts';
import type { Installation, KitAccess, KitKind } from './kit-kind.ts';
import { callSecretsManager, ifPresent } from './secrets-manager-call.ts';

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
type Settings = z.infer<typeof settings>;

/**
 * A kit that reads its credential from a Secrets Manager secret of its own. Reading back proves what the secret holds,
 * not what its readers use. Secrets Manager has no conditional put: a key of the same JSON that another writer changes
 * between our read and our write is lost, so nobody else should write that secret.
 */
export const secretsManager: KitKind<Settings> & { readonly kind: 'secrets-manager' } = {
  kind: 'secrets-manager',
  settings,
  traits: ({ propagationSeconds }) => ({ installedBy: 'us', readBackProves: 'store', propagationSeconds }),
  install: async (installation, settings, access) => {
    const before = await read(installation, settings, access);
    if (before.value === installation.value) return { state: 'INSTALLED' };
    const { jsonKey } = settings;
    const text = jsonKey ? JSON.stringify({ ...before.json, [jsonKey]: installation.value }) : installation.value;
    const put = new PutSecretValueCommand({
      SecretId: settings.secretId,
      ClientRequestToken: tokenFor(installation, before.versionId),
      SecretString: text,
    });
    await callSecretsManager(
      access.secrets.send(put, { abortSignal: access.signal }),
      `Writing secret ${settings.secretId}`,
      installation.kit,
      access.signal,
    );
    if ((await read(installation, settings, access)).value !== installation.value)
      throw new KitUnreachable('NOT_STORED', {
        doing: `Reading secret ${settings.secretId} back`,
        kit: installation.kit,
        answer: 'it does not show the new credential',
        todo: 'It is tried again; look for another writer of the secret if this stays.',
      });
    return { state: 'INSTALLED' };
  },
  readBack: async (installation, settings, access) => ({
    matches: (await read(installation, settings, access)).value === installation.value,
  }),
};

/**
 * The idempotency token and version id of a write: the same for a repeated write over the same version, another one once
 * something else was written (a roll-back and forward again must write again). Made of ids only.
 */
const tokenFor = ({ kit, rotationId, credentialId }: Installation, replaces: string | undefined): string =>
  createHash('sha256')
    .update([kit.gatewayId, kit.kitId, rotationId, credentialId, replaces ?? 'none'].join(' '))
    .digest('hex');

type Current = {
  readonly value: string | undefined;
  readonly json: Record<string, unknown>;
  readonly versionId: string | undefined;
};

const objectSchema = z.record(z.string(), z.unknown());

const read = async ({ kit, secretArn }: Installation, settings: Settings, access: KitAccess): Promise<Current> => {
  const { secretId, jsonKey } = settings;
  const doing = `Reading secret ${secretId}`;
  const get = new GetSecretValueCommand({ SecretId: secretId });
  const found = await ifPresent(access.secrets.send(get, { abortSignal: access.signal }), doing, kit, access.signal);
  // A secret that has no value yet and one that does not exist answer alike; writing tells them apart.
  if (!found) return { value: undefined, json: {}, versionId: undefined };
  if (found.ARN === secretArn)
    throw new KitMisconfigured('SETTINGS_WRONG', {
      doing,
      kit,
      answer: "it is the gateway's own secret, whose versions the rotation moves",
      todo: 'Give the kit a secret of its own.',
    });
  if (!jsonKey) return { value: found.SecretString, json: {}, versionId: found.VersionId };
  const json = objectSchema.safeParse(parsed(found.SecretString));
  const value = json.success ? json.data[jsonKey] : undefined;
  if (!json.success || (value !== undefined && typeof value !== 'string'))
    throw new KitMisconfigured('SECRET_UNUSABLE', {
      doing,
      kit,
      answer: `it is not a JSON object with a text under "${jsonKey}"`,
      todo: 'Put a JSON object into the secret, or leave jsonKey out.',
    });
  return { value, json: json.data, versionId: found.VersionId };
};

const parsed = (text: string | undefined): unknown => {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
};
