import type { RefusalCode } from '../domain/decision.ts';
import { InputRefused } from '../domain/failure.ts';
import { type Gateway, liveCredential, type Press } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { withinMs } from '../runtime/time-limit.ts';
import { rotationIdFrom } from '../workflow/shared/derived-id.ts';
import { executionWithinMs } from '../workflow/shared/ensure-execution.ts';
import { startAttempt } from '../workflow/shared/start-attempt.ts';
import { stopExecution, wakeRotation } from '../workflow/shared/wake.ts';
import { answerTo, type PressAnswer } from './answer.ts';
import { pressCommand } from './press-command.ts';
import { type PressRequest, readPress } from './press-input.ts';

type Needs = Pick<Dependencies, 'gateways' | 'executions'> & ClockAndLog;

/** For so long the write is tried again; the functions that press have time left to stop and start executions, and to answer. */
export const pressForMs = 45_000;

/** What became of a press. */
export type PressResult =
  | PressAnswer
  | {
      readonly result: 'REFUSED';
      readonly gatewayId: GatewayId;
      readonly code: RefusalCode;
      readonly message: string;
    };

/**
 * The button. One conditional write, tried again until it succeeds, dooms the credentials, and only then executions are stopped and started: if it dies in
 * between, the policy check still refuses on time and the reconciler carries on. A seen request changes nothing and gets
 * the first answer. Throws {@link InputRefused}; an event that is refused throws as well, so that it is not lost silently.
 */
export const compromise = async (needs: Needs, event: unknown): Promise<PressResult> => {
  const request = readPress(event);
  const result = await press(needs, request);
  if (result.result === 'REFUSED' && request.isEvent) throw new InputRefused(`${result.code}: ${result.message}`);
  return result;
};

const press = async (needs: Needs, request: PressRequest): Promise<PressResult> => {
  const { gatewayId, confirmGatewayId, requestId } = request;
  if (confirmGatewayId !== gatewayId)
    return {
      result: 'REFUSED',
      gatewayId,
      code: 'CONFIRMATION_MISMATCH',
      message: `gatewayId is "${gatewayId}" and confirmGatewayId is "${confirmGatewayId}": give the same one twice. Nothing was done.`,
    };
  const isUnknown = (await needs.gateways.read(gatewayId).catch(() => null)) === undefined; // without an answer: go on
  if (isUnknown) throw new InputRefused(`Gateway ${gatewayId} is not registered.`);
  const { actor, reason } = request;
  let before: Gateway | undefined;
  const rotationId = rotationIdFrom(`compromise ${gatewayId} ${requestId}`);
  const applied = await needs.gateways.apply(
    gatewayId,
    (gateway) => {
      if (!gateway.presses.some((one) => one.requestId === requestId)) before = gateway; // seen: an answer was lost
      return pressCommand(gateway, request, { requestId, rotationId, actor, reason });
    },
    needs.now() + pressForMs,
  );
  if (applied.kind === 'refused') return { result: 'REFUSED', gatewayId, code: applied.code, message: applied.message };
  const made = applied.gateway.presses.find((one) => one.requestId === requestId);
  if (!made) throw new InputRefused(`Request ${requestId} left no trace in the record of gateway ${gatewayId}.`);
  await withinMs(executionWithinMs, () => carryOn(needs, before, applied.gateway, made)).catch((error: unknown) =>
    needs.log('WARN', 'The execution is not changed yet; the reconciler carries on within a minute.', {
      gatewayId,
      rotationId: made.rotationId,
      error: error instanceof Error ? error.message : '',
    }),
  );
  return answerTo(applied.gateway, made);
};

/**
 * Stops what was pre-empted and sees that the run has an execution. A run that waits for a later end is woken: its next
 * attempt is named first, see `wake.ts`.
 */
const carryOn = async (
  needs: Needs,
  before: Gateway | undefined,
  after: Gateway,
  { rotationId, requestId }: Press,
): Promise<void> => {
  const { rotation } = after;
  const old = before?.rotation;
  if (rotation?.rotationId !== rotationId) return;
  const isPreempted = old !== undefined && old.rotationId !== rotationId;
  const isWoken = old?.rotationId === rotationId && endsEarlier(before, after);
  const by = { actor: 'compromise', reason: `request ${requestId}` };
  if (isPreempted)
    await stopExecution(needs, old, `The compromise button was pressed while rotation ${old.rotationId} ran.`);
  if (isWoken) await wakeRotation(needs, after, by);
  else if (rotation.attempt === 0) await startAttempt(needs, after, { failed: false, ...by });
  else await needs.executions.start(after);
};

/** Whether a credential dies sooner than before. */
const endsEarlier = (before: Gateway | undefined, after: Gateway): boolean =>
  after.live.some(({ credentialId, compromised }) => {
    const was = before && liveCredential(before, credentialId)?.compromised?.rejectAfterMs;
    return compromised !== undefined && compromised.rejectAfterMs < (was ?? Number.POSITIVE_INFINITY);
  });
