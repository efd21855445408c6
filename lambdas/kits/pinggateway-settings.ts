import * as z from 'zod';
import { longestPropagationSeconds } from '../domain/kit.ts';

const folder = z.strictObject({
  path: z
    .string()
    .max(500)
    .regex(
      /^(\/(?!\.{1,2}(\/|$))[^/:\0\n]+)+$/,
      'must be an absolute path without a colon, . or .., and no / at its end',
    )
    .describe('The directory of the FileSystemSecretStore: an absolute path without symbolic links.'),
  fileName: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, 'must be the name of a file: letters, digits, and . _ -')
    .describe(
      'The file in it: the secret id of gatewayCredentialSecretId, followed by the suffix of the store if it has one. It has to be there.',
    ),
  format: z
    .enum(['BASE64', 'PLAIN'])
    .default('BASE64')
    .describe(
      'The format of the store, or of its mapping for this secret. BASE64 is what PingGateway takes without one.',
    ),
});

/** The settings of a kit of kind `pinggateway`. */
export const pingGatewaySettings = z.strictObject({
  folder: folder.describe('The file of a FileSystemSecretStore in a folder of this machine, or mounted into it.'),
  leaseExpirySeconds: z
    .number()
    .int()
    .min(1)
    .max(longestPropagationSeconds)
    .default(300)
    .describe('The leaseExpiry of the store in seconds: for so long PingGateway uses what it has read.'),
});
export type PingGatewaySettings = z.infer<typeof pingGatewaySettings>;
export type FolderSettings = z.infer<typeof folder>;
