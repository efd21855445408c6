import * as z from 'zod';
import { InputRefused } from '../domain/failure.ts';
import { inWords, problemsText } from '../domain/in-words.ts';
import type { ClockAndLog, Dependencies, PressFollowUp } from '../ports.ts';
import { gatewayId, requestId, rotationId } from '../workflow/shared/fields.ts';
import { startAttempt } from '../workflow/shared/start-attempt.ts';
import { stopExecution, wakeRotation } from '../workflow/shared/wake.ts';

const followUp = z.strictObject({
  gatewayId,
  requestId,
  rotationId,
  attempt: z.int().min(0),
  wakes: z.boolean(),
  stops: z.string().startsWith('arn:').max(2_048).optional(),
});

/** The press that an event hands on; `undefined` in every other event, such as that of the minute. Throws {@link InputRefused}. */
export const pressIn = (event: unknown): PressFollowUp | undefined => {
  if (typeof event !== 'object' || event === null || !('press' in event)) return undefined;
  const parsed = followUp.safeParse(event.press, inWords);
  if (!parsed.success)
    throw new InputRefused(
      `What a press leaves to be done was refused: ${problemsText(parsed.error)} It is handed on by this system only.`,
    );
  const { stops, ...press } = parsed.data;
  return { ...press, ...(stops === undefined ? {} : { stops }) };
};

type Needs = Pick<Dependencies, 'gateways' | 'executions'> & ClockAndLog;

/**
 * What follows a press that was answered: stops what was pre-empted, sees that the run has an execution, and publishes what the
 * press has recorded. A run that waits for a later end is woken: its next attempt is named first, see `wake.ts`. When it comes
 * twice, or after somebody else has named the next attempt, nothing is started again.
 */
export const followPress = async (needs: Needs, press: PressFollowUp): Promise<void> => {
  const { gatewayId, rotationId, requestId, attempt, wakes, stops } = press;
  if (stops !== undefined)
    await stopExecution(
      needs,
      { executionArn: stops, rotationId },
      'The compromise button was pressed while this rotation ran.',
    );
  const gateway = await needs.gateways.read(gatewayId);
  const { rotation } = gateway ?? {};
  const isDue = rotation?.rotationId === rotationId && rotation.attempt === attempt;
  const by = { actor: 'compromise', reason: `request ${requestId}` };
  if (gateway && isDue) {
    if (wakes) await wakeRotation(needs, gateway, by);
    else if (attempt === 0) await startAttempt(needs, gateway, { failed: false, ...by });
    else await needs.executions.start(gateway);
  }
  const after = await needs.gateways.read(gatewayId);
  if (after) await needs.gateways.flush(after);
};
