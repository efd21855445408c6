import * as z from 'zod';
import type { CommandNodes } from '../ports.ts';
import { propagationFrom } from './propagation.ts';

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

const oneOf = (given: readonly unknown[]): boolean => given.filter((one) => one !== undefined).length === 1;

const runCommand = z
  .strictObject({
    documentName: z
      .string()
      .regex(/^(?!(AWS|Amazon|amazon|aws)[-A-Z])[a-zA-Z0-9_.-]{3,128}$/, 'must be the name of a document of your own')
      .describe(
        'The SSM document, one of your own in the account and region of the deployment, that has a node fetch the credential.',
      ),
    documentVersion: z
      .string()
      .regex(/^([1-9]\d{0,5}|\$DEFAULT|\$LATEST)$/, 'must be a number, $DEFAULT or $LATEST')
      .default('$DEFAULT')
      .describe('Its version.'),
    instanceIds: z
      .array(z.string().regex(/^(i-([0-9a-f]{8}|[0-9a-f]{17})|mi-[0-9a-f]{17})$/, 'must be the id of a node'))
      .min(1)
      .max(50)
      .optional()
      .describe('The nodes, by their ids.'),
    targetTag: z
      .strictObject({
        key: z
          .string()
          .regex(/^[\w.:/=+@-]{1,128}$/, 'must be the key of a tag')
          .describe('Its key.'),
        value: z
          .string()
          .regex(/^[\w .:/=+@-]{1,256}$/, 'must be the value of a tag')
          .describe('Its value.'),
      })
      .optional()
      .describe('The nodes, by a tag that all of them have and no others.'),
    timeoutSeconds: z
      .number()
      .int()
      .min(30)
      .max(3_600)
      .default(600)
      .describe('How long a node has to begin with it, in seconds.'),
  })
  .refine(({ instanceIds, targetTag }) => oneOf([instanceIds, targetTag]), {
    error: 'needs instanceIds or targetTag, and not both',
  });
export type RunCommandSettings = z.infer<typeof runCommand>;

/** The nodes that the settings name; the schema has seen that they name some. */
export const nodesIn = ({ instanceIds = [], targetTag }: RunCommandSettings): CommandNodes =>
  targetTag ? { tag: targetTag } : { instanceIds };

/** The same in words. */
export const nodesSaid = (nodes: CommandNodes): string =>
  'tag' in nodes ? `all nodes with tag ${nodes.tag.key}=${nodes.tag.value}` : `nodes ${nodes.instanceIds.join(', ')}`;

/** The settings of a kit of kind `pinggateway`. */
export const pingGatewaySettings = z
  .strictObject({
    folder: folder
      .optional()
      .describe('The file of a FileSystemSecretStore in a folder of this machine, or mounted into it.'),
    runCommand: runCommand
      .optional()
      .describe('The nodes write their file themselves, by an SSM document that is told where the credential is.'),
    leaseExpirySeconds: propagationFrom(1)
      .default(300)
      .describe('The leaseExpiry of the store in seconds: for so long PingGateway uses what it has read.'),
  })
  .refine(({ folder, runCommand }) => oneOf([folder, runCommand]), {
    error: 'needs folder or runCommand, and not both',
  });
export type PingGatewaySettings = z.infer<typeof pingGatewaySettings>;
export type FolderSettings = z.infer<typeof folder>;
