import * as z from 'zod';
import { InputRefused, RotationRefused } from '../domain/failure.ts';
import type { RotationId } from '../domain/ids.ts';
import { rotationIdFrom } from './derived-id.ts';
import type { Always, Equipment } from './equipment.ts';
import { type StepOutput, stepInput, stepOutput } from './step.ts';

/** What a person may start an execution with. */
const manualInput = z.strictObject({ gatewayId: stepInput.shape.gatewayId, reason: z.string().min(1).max(256) });
/** What this system starts an attempt with. */
const attemptStart = z.strictObject({
  gatewayId: stepInput.shape.gatewayId,
  rotationId: stepInput.shape.rotationId,
  attempt: stepInput.shape.attempt,
});

const allowed = 'Allowed is {"gatewayId": "<id of a registered gateway>", "reason": "<1 to 256 characters>"}.';

/** The rotation that an execution started by hand is: the same execution is always the same rotation. */
export const rotationIdOf = (executionArn: string): RotationId => rotationIdFrom(executionArn);

/**
 * Begins the rotation that an execution is about, or joins the one that the record names already. Throws
 * {@link InputRefused} for any other input and {@link RotationRefused} when the gateway's state does not allow it.
 */
export const beginRotation = async (
  { gateways, now }: Pick<Equipment, 'gateways'> & Always,
  { executionArn, input }: { readonly executionArn: string; readonly input: unknown },
): Promise<StepOutput> => {
  const attempt = attemptStart.safeParse(input);
  if (attempt.success) {
    const step = { ...attempt.data, historyEvents: 0 };
    const gateway = await gateways.read(step.gatewayId);
    const known = gateway && [gateway.rotation, ...gateway.ended].some((one) => one?.rotationId === step.rotationId);
    if (!known)
      throw new InputRefused(
        `Gateway ${step.gatewayId} has no rotation ${step.rotationId}: an execution with a rotationId is started by this system only. ${allowed}`,
      );
    return stepOutput(gateway, step, now());
  }
  const manual = manualInput.safeParse(input);
  if (!manual.success) throw new InputRefused(`The input was refused: ${z.prettifyError(manual.error)} ${allowed}`);
  const { gatewayId, reason } = manual.data;
  if (!(await gateways.read(gatewayId))) throw new InputRefused(`Gateway ${gatewayId} is not registered. ${allowed}`);
  const rotationId = rotationIdOf(executionArn);
  const begun = await gateways.apply(gatewayId, {
    kind: 'begin',
    rotationId,
    trigger: 'manual',
    executionArn,
    actor: executionArn,
    reason,
  });
  if (begun.kind === 'refused') throw new RotationRefused(`${begun.code}: ${begun.message}`);
  return stepOutput(begun.gateway, { gatewayId, rotationId, attempt: 1, historyEvents: 0 }, now());
};
