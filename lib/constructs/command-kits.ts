import { ArnFormat, type Stack } from 'aws-cdk-lib/core';
import { z } from 'zod';
import { kitsInFile } from './kits-in-file.ts';
import type { Grant } from './rotation-function.ts';

const commandKit = z.object({
  kind: z.literal('pinggateway'),
  settings: z.object({
    runCommand: z.object({
      documentName: z.string().regex(/^(?!(AWS|Amazon|amazon|aws)[-A-Z])[a-zA-Z0-9_.-]{3,128}$/),
      instanceIds: z.array(z.string().regex(/^m?i-[0-9a-f]{8,17}$/)).optional(),
      targetTag: z
        .object({
          key: z.string().regex(/^[\w.:/=+@-]{1,128}$/),
          value: z.string().regex(/^[\w .:/=+@-]{1,256}$/),
        })
        .optional(),
    }),
  }),
});

/** The documents that nodes of kits in a file run, with those nodes. */
export type CommandKits = ReturnType<typeof commandKits>;

/** Those in the file, in its order; none for a file that cannot be read. */
export const commandKits = (path: string) => kitsInFile(path, commandKit).map(({ settings }) => settings.runCommand);

const because = 'Commands have ids that are not known before, and Systems Manager lists them by no resource.';
const tagged = 'Nodes come and go; the tag that their owner gives them is what lets us in.';

/** What may be run: each document of a kit on the nodes of it, and nothing when there are none. */
export const grantsOnCommands = (stack: Stack, kits: CommandKits): { readonly read: Grant; readonly change: Grant } => {
  const arn = (service: string, resource: string, resourceName: string): string =>
    stack.formatArn({ service, resource, resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
  const documents = [...new Set(kits.map(({ documentName }) => arn('ssm', 'document', documentName)))];
  const nodes = [...new Set(kits.flatMap(({ instanceIds = [] }) => instanceIds))].map((id) =>
    id.startsWith('mi-') ? arn('ssm', 'managed-instance', id) : arn('ec2', 'instance', id),
  );
  const tags = new Map(
    kits.flatMap(({ targetTag }) => (targetTag ? [[`${targetTag.key}=${targetTag.value}`, targetTag] as const] : [])),
  );
  return {
    read: (to) => {
      if (documents.length > 0) to.allow(['ssm:DescribeDocument'], documents);
    },
    change: (to) => {
      if (documents.length === 0) return;
      to.allow(['ssm:SendCommand'], [...documents, ...nodes]);
      to.allowWherever(['ssm:ListCommands'], '*', because);
      for (const { key, value } of tags.values())
        for (const any of [arn('ec2', 'instance', '*'), arn('ssm', 'managed-instance', '*')])
          to.allowWherever(['ssm:SendCommand'], any, tagged, { StringEquals: { [`ssm:resourceTag/${key}`]: value } });
    },
  };
};
