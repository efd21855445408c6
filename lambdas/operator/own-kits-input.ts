import * as z from 'zod';
import type { CredentialId, GatewayId } from '../domain/ids.ts';
import { credentialId, gatewayId, reason } from '../workflow/shared/fields.ts';
import { kitIds } from './acknowledge-input.ts';

const which = { gatewayId: gatewayId.transform((id) => id as GatewayId), kitIds };
/** What an owner may ask about his own kits. */
export const ownKitsInput = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('show'), ...which }),
  z.strictObject({
    command: z.literal('acknowledge'),
    ...which,
    credentialId: credentialId.transform((id) => id as CredentialId),
    reason,
  }),
]);
