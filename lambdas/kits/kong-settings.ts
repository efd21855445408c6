import * as z from 'zod';
import { vaultSecretSettings } from './kong-vault.ts';
import { selectionFields } from './plugin-selection.ts';
import { propagationFrom } from './propagation.ts';
import { baseUrl } from './secure-url.ts';

/** The settings of a kit of kind `kong`. */
export const kongSettings = z
  .strictObject({
    adminUrl: baseUrl('The URL of the Kong Admin API, for example https://kong.internal:8444.'),
    adminTokenSecret: z
      .string()
      .min(1)
      .optional()
      .describe('The name or ARN of the secret that holds the Kong-Admin-Token; leave it out when RBAC is off.'),
    adminHeadersSecret: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The name or ARN of the secret that holds more headers as a JSON object of names and values, for what stands before the Admin API (key-auth, basic-auth).',
      ),
    caCertificateSecret: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The name or ARN of the secret that holds the PEM certificates of a private CA; then the Admin API must have a certificate of that one.',
      ),
    workspace: z
      .string()
      .regex(/^(?!\.{1,2}$)[A-Za-z0-9._~-]+$/, 'must be the name of a workspace: letters, digits, and . _ ~ -')
      .optional()
      .describe('The workspace of the plugins (Kong Enterprise); leave it out for the default one.'),
    ...selectionFields('Kong'),
    vaultSecret: vaultSecretSettings.optional(),
    declarativeConfig: z
      .boolean()
      .default(false)
      .describe(
        'A Kong without a database: whether its whole configuration may be read and put back through /config with the new value in it.',
      ),
    propagationSeconds: propagationFrom(1)
      .default(10)
      .describe('How long until all Kong workers use a changed plugin, in seconds.'),
  })
  .refine(({ adminUrl, caCertificateSecret }) => caCertificateSecret === undefined || adminUrl.startsWith('https:'), {
    path: ['caCertificateSecret'],
    error: 'is for an https adminUrl',
  })
  .refine(({ declarativeConfig, vaultSecret }) => !declarativeConfig || vaultSecret === undefined, {
    path: ['declarativeConfig'],
    error: 'is for plugins that hold the value; with vaultSecret nothing of Kong is written',
  })
  .refine(({ declarativeConfig, workspace }) => !declarativeConfig || workspace === undefined, {
    path: ['declarativeConfig'],
    error: 'is for a Kong without a database, which has no workspaces',
  });
export type KongSettings = z.infer<typeof kongSettings>;
