import * as z from 'zod';
import { type Kit, longestPropagationSeconds } from '../domain/kit.ts';
import { KitMisconfigured } from './kit-errors.ts';
import type { VaultEntity } from './kong-entities.ts';
import type { VaultReference } from './vault-reference.ts';

/** Kong looks once a minute which values of its vaults have outlived their ttl (KONG_VAULT_ROTATION_INTERVAL). */
export const rotationIntervalSeconds = 60;

/** The secret in Secrets Manager that a vault reference of Kong names. */
export const vaultSecretSettings = z.strictObject({
  secretId: z
    .string()
    .min(1)
    .max(2048)
    .describe(
      'The name or ARN of the secret that the vault reference in shared_secret names. With it that secret is written, and no plugin is.',
    ),
  jsonKey: z
    .string()
    .min(1)
    .optional()
    .describe('The key in its JSON object that the reference names; leave it out when the text is the value.'),
  ttlSeconds: z
    .number()
    .int()
    .min(1, 'must be at least 1: with the ttl 0, which is the default, Kong never reads the secret again')
    .max(longestPropagationSeconds - rotationIntervalSeconds)
    .describe('The ttl of the vault in Kong, in seconds; until all use a new value it takes 60 more.'),
});
export type VaultSecret = z.infer<typeof vaultSecretSettings>;

/** Refuses settings that do not fit what Kong shows of the reference and its vault: another secret would be written, or too little waited. */
export const compareWithVault = (
  kit: Kit,
  reference: VaultReference,
  { secretId, jsonKey, ttlSeconds }: VaultSecret,
  vault: VaultEntity | undefined,
): void => {
  const refused = (answer: string, todo: string) =>
    new KitMisconfigured('VAULT_REFERENCE', { doing: 'Comparing vaultSecret with Kong', kit, answer, todo });
  if ((vault?.name ?? reference.prefix) === 'aws') {
    const name = /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:(.+)$/.exec(secretId)?.[1];
    const isNamed = name === undefined ? reference.resource === secretId : isNameIn(name, reference.resource);
    if (!isNamed && reference.resource !== secretId)
      throw refused(
        'the reference names another secret than vaultSecret.secretId',
        'Give the secret that the reference names.',
      );
    if (reference.key !== jsonKey)
      throw refused(
        jsonKey === undefined
          ? 'the reference names a key in the secret, and vaultSecret.jsonKey is missing'
          : 'the reference names another key, or none, than vaultSecret.jsonKey',
        'Let both name the same key.',
      );
  }
  if (!vault) return;
  if (!vault.ttl)
    throw refused(
      'the vault has no ttl, so Kong never reads the secret again',
      "Set the vault's config.ttl in Kong, 60 seconds for example, and the same as vaultSecret.ttlSeconds.",
    );
  if (vault.ttl > ttlSeconds)
    throw refused(
      `the vault has a ttl of ${vault.ttl} seconds, and vaultSecret.ttlSeconds is ${ttlSeconds}`,
      `Give ttlSeconds as ${vault.ttl}.`,
    );
};

/** The name in an ARN has six random characters at its end. */
const isNameIn = (inArn: string, name: string): boolean =>
  inArn === name || (inArn.startsWith(`${name}-`) && inArn.length === name.length + 7);
