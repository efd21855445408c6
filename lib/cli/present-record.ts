import * as z from 'zod';
import type { PresentRecord } from '../../lambdas/domain/restore-refusals.ts';

const credential = z.looseObject({ credentialId: z.string(), digest: z.string(), versionId: z.string() });
const each = <Item extends z.ZodType>(item: Item) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((all) => all.flatMap((one) => item.safeParse(one).data ?? []));

const record = z.looseObject({
  live: each(credential.extend({ compromised: z.object({ atMs: z.number(), rejectAfterMs: z.number() }).optional() })),
  revoked: each(credential.extend({ cause: z.string(), rotationId: z.string(), revokedAtMs: z.number() })),
  presses: each(
    z.looseObject({
      ...{ requestId: z.string(), rotationId: z.string(), credentialIds: z.array(z.string()) },
      ...{ atMs: z.number(), rejectAfterMs: z.number() },
    }),
  ),
  ended: each(z.looseObject({ rotationId: z.string(), outcome: z.string(), endedAtMs: z.number() })),
  outbox: each(
    z.looseObject({
      ...{ revision: z.int(), kind: z.string(), atMs: z.number(), actor: z.string(), reason: z.string() },
    }),
  ),
  rotation: z.looseObject({ rotationId: z.string() }).optional().catch(undefined),
  lastEntryDigest: z.string().optional().catch(undefined),
});

/** Whatever can be read of a record that somebody may have damaged: every item that is whole. `undefined` when it is no record at all. */
export const presentRecordIn = (text: string): PresentRecord | undefined => {
  try {
    return record.safeParse(JSON.parse(text)).data as PresentRecord | undefined;
  } catch {
    return undefined;
  }
};
