import type { RefusalCode } from '../domain/decision.ts';
import { InputRefused } from '../domain/failure.ts';
import { type Gateway, liveCredential, type Press } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import type { ClockAndLog, Dependencies, PressFollowUp } from '../ports.ts';
import { withinMs } from '../runtime/time-limit.ts';
import { rotationIdFrom } from '../workflow/shared/derived-id.ts';
import { answerTo, type PressAnswer } from './answer.ts';
import { pressCommand } from './press-command.ts';
import { type PressRequest, readPress } from './press-input.ts';

type Needs = { readonly gateways: Dependencies['button'] } & Pick<Dependencies, 'followUp'> & ClockAndLog;

/** For so long the write is tried again; the functions that press have time left to hand the rest on, and to answer. */
export const pressForMs = 45_000;
/** For so long the answer waits for the rest to be handed on. */
const handOnWithinMs = 2_000;

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
 * The button. One conditional write, tried again until it succeeds, dooms the credentials, and then it is answered: executions are
 * stopped and started by another function, to which that is handed on. What is lost on the way the reconciler carries on, and the
 * policy check refuses on time whatever becomes of it. A seen request changes nothing and gets
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
  const left = leftBy(before, applied.gateway, made);
  if (left)
    await withinMs(handOnWithinMs, () => needs.followUp(left)).catch((error: unknown) =>
      needs.log('WARN', 'The execution is not changed yet; the reconciler carries on within a minute.', {
        gatewayId,
        rotationId: made.rotationId,
        error: error instanceof Error ? error.message : '',
      }),
    );
  return answerTo(applied.gateway, made);
};

/** What is still to be done for the run that goes on; `undefined` when it has ended, or another press has taken its place. */
const leftBy = (
  before: Gateway | undefined,
  after: Gateway,
  { rotationId, requestId }: Press,
): PressFollowUp | undefined => {
  const { gatewayId, rotation } = after;
  const old = before?.rotation;
  if (rotation?.rotationId !== rotationId) return undefined;
  const isPreempted = old !== undefined && old.rotationId !== rotationId;
  return {
    gatewayId,
    requestId,
    rotationId,
    attempt: rotation.attempt,
    wakes: old?.rotationId === rotationId && endsEarlier(before, after),
    ...(isPreempted && old.executionArn ? { stops: old.executionArn } : {}),
  };
};

/** Whether a credential dies sooner than before. */
const endsEarlier = (before: Gateway | undefined, after: Gateway): boolean =>
  after.live.some(({ credentialId, compromised }) => {
    const was = before && liveCredential(before, credentialId)?.compromised?.rejectAfterMs;
    return compromised !== undefined && compromised.rejectAfterMs < (was ?? Number.POSITIVE_INFINITY);
  });
