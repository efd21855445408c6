import * as z from 'zod';
import { claimed } from '../domain/claimed.ts';
import { InputRefused } from '../domain/failure.ts';
import type { CredentialId } from '../domain/ids.ts';
import { inWords, problemsText } from '../domain/in-words.ts';
import { latestRejectSeconds } from '../domain/policy.ts';
import { actor, credentialId, gatewayId, reason, requestId } from '../workflow/shared/fields.ts';

const pressed = {
  gatewayId: gatewayId.describe('The gateway whose credentials are compromised.'),
  confirmGatewayId: z.string().describe('The same gatewayId once more; a press with another one is refused.'),
  reason: reason.describe('Why, in a sentence; recorded and sent to people. Never a credential.'),
  credentialIds: z
    .array(credentialId)
    .min(1)
    .max(5)
    .optional()
    .describe('Only these. Without it: every live credential that this system made or adopted.'),
  rejectWithinSeconds: z
    .int()
    .min(0)
    .max(latestRejectSeconds)
    .optional()
    .describe('In how many seconds they are refused; 0 is now. Without it: what the policy of the gateway says.'),
} as const;
/** The name and version of the event that presses the button. */
export const compromiseDetailType = 'Gateway Credential Compromised v1';

/** What the event carries in `detail`. The event's own id is the requestId. */
export const compromiseDetail = z.strictObject({
  ...pressed,
  actor: actor
    .optional()
    .describe('Who found out. Recorded as claimed, and so are the account and source of the event.'),
});

const request = z.strictObject({
  ...pressed,
  actor,
  requestId,
});

const envelope = z.looseObject({
  id: requestId,
  'detail-type': z.literal(compromiseDetailType),
  source: actor,
  account: actor,
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
  const parsed = isEvent ? envelope.safeParse(event, inWords) : request.safeParse(event, inWords);
  if (!parsed.success)
    throw new InputRefused(
      `The press was refused, and nothing was done: ${problemsText(parsed.error)} Needed are gatewayId, confirmGatewayId, reason, actor and requestId; allowed besides are credentialIds and rejectWithinSeconds. As an event of type "${compromiseDetailType}": the same in detail, without requestId.`,
    );
  const data = 'detail' in parsed.data ? fromEvent(envelope.parse(parsed.data)) : fromCall(request.parse(parsed.data));
  const { credentialIds, ...rest } = data;
  return {
    ...rest,
    isEvent,
    ...(credentialIds ? { credentialIds: credentialIds.map((id) => id as CredentialId) } : {}),
  };
};

const fromCall = (call: z.infer<typeof request>) => ({ ...call, actor: claimed(call.actor) });

const nameOf = (account: string, source: string): string => `event of account ${account}, source ${source}`;

/** An event that somebody made up and invoked the function with looks as one of the bus does: all of it is claimed. */
const fromEvent = ({ id, account, source, detail }: z.infer<typeof envelope>) => ({
  ...detail,
  requestId: id,
  actor: detail.actor ? claimed(detail.actor, nameOf(account, source)) : claimed(nameOf(account, source)),
});
