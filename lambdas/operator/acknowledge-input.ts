import * as z from 'zod';
import type { CredentialId, GatewayId, KitId } from '../domain/ids.ts';
import { actor, credentialId, gatewayId, kitId, reason } from '../workflow/shared/fields.ts';

/** So many kits are acknowledged by one call: each is an entry of the record, and a person is waiting. */
export const acknowledgedAtOnce = 100;

/** Kits of one gateway, each named once. */
export const kitIds = z
  .array(kitId.transform((id) => id as KitId))
  .min(1)
  .max(acknowledgedAtOnce, `must be at most ${acknowledgedAtOnce} kits`)
  .refine((ids) => new Set(ids).size === ids.length, 'must name each kit once');

/** Many kits that are acknowledged by one call. */
export const acknowledgeKitsInput = z.strictObject({
  command: z.literal('acknowledge-kits'),
  gatewayId: gatewayId.transform((id) => id as GatewayId),
  kitIds,
  credentialId: credentialId.transform((id) => id as CredentialId),
  reason,
  actor: actor.optional(),
});
