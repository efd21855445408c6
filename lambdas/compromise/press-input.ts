import * as z from 'zod';
import { InputRefused } from '../domain/failure.ts';
import type { CredentialId } from '../domain/ids.ts';
import { stepInput } from '../workflow/shared/step.ts';

const gatewayId = stepInput.shape.gatewayId;
const pressed = {
  gatewayId: gatewayId.meta({ type: 'string', description: 'The gateway whose credentials are compromised.' }),
  confirmGatewayId: z.string().describe('The same gatewayId once more; a press with another one is refused.'),
  reason: z.string().min(1).max(256).describe('Why, in a sentence; recorded and sent to people. Never a credential.'),
  credentialIds: z
    .array(z.string().regex(/^[A-Za-z0-9-]{1,64}$/))
    .min(1)
    .max(5)
    .optional()
    .describe('Only these. Without it: every live credential that this system made or adopted.'),
  rejectWithinSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .optional()
    .describe('In how many seconds they are refused; 0 is now. Without it: what the policy of the gateway says.'),
} as const;
const who = z.string().min(1).max(128);

/** The name and version of the event that presses the button. */
export const compromiseDetailType = 'Gateway Credential Compromised v1';

/** What the event carries in `detail`. The event's own id is the requestId. */
export const compromiseDetail = z.strictObject({
  ...pressed,
  actor: who.optional().describe('Who found out. Recorded as claimed, and so are the account and source of the event.'),
});

const request = z.strictObject({
  ...pressed,
  actor: who,
  requestId: z.string().regex(/^[\w.:-]{1,64}$/, 'must be 1 to 64 of A-Z, a-z, 0-9, "_", ".", ":" and "-"'),
});

const envelope = z.looseObject({
  id: request.shape.requestId,
  'detail-type': z.literal(compromiseDetailType),
  source: who,
  account: z.string().max(64),
  detail: compromiseDetail,
});

/** A press of the button as it is carried out; `actor` says how sure the name is. */
export type PressRequest = Omit<z.infer<typeof request>, 'credentialIds'> & {
  readonly credentialIds?: readonly CredentialId[];
  readonly isEvent: boolean;
};

/** Reads a direct call or an EventBridge event. Throws {@link InputRefused} with what is wrong and what is allowed. */
export const readPress = (event: unknown): PressRequest => {
  const isEvent = typeof event === 'object' && event !== null && 'detail-type' in event;
  const parsed = isEvent ? envelope.safeParse(event) : request.safeParse(event);
  if (!parsed.success)
    throw new InputRefused(
      `The press was refused, and nothing was done: ${z.prettifyError(parsed.error)} Needed are gatewayId, confirmGatewayId, reason, actor and requestId; allowed besides are credentialIds and rejectWithinSeconds. As an event of type "${compromiseDetailType}": the same in detail, without requestId.`,
    );
  const data = 'detail' in parsed.data ? fromEvent(envelope.parse(parsed.data)) : fromCall(request.parse(parsed.data));
  const { credentialIds, ...rest } = data;
  return {
    ...rest,
    isEvent,
    ...(credentialIds ? { credentialIds: credentialIds.map((id) => id as CredentialId) } : {}),
  };
};

const fromCall = (call: z.infer<typeof request>) => ({ ...call, actor: `claimed: ${call.actor}` });

const nameOf = (account: string, source: string): string => `event of account ${account}, source ${source}`;

/** An event that somebody made up and invoked the function with looks as one of the bus does: all of it is claimed. */
const fromEvent = ({ id, account, source, detail }: z.infer<typeof envelope>) => ({
  ...detail,
  requestId: id,
  actor: `claimed: ${detail.actor ? `${detail.actor} (${nameOf(account, source)})` : nameOf(account, source)}`,
});
