import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { GatewayId, RotationId } from '../../../lambdas/domain/ids.ts';
import { rotationIdOf } from '../../../lambdas/workflow/shared/derived-id.ts';
import type { Deployment } from '../deployment.ts';
import { snapshotOf } from '../snapshot.ts';
import { type RotationReport, reportOf, type TrafficCount } from './report.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks every quarter second until the answer is not `undefined`, or the signal aborts (then `undefined`). */
const until = async <Answer>(
  signal: AbortSignal,
  ask: () => Promise<Answer | undefined>,
): Promise<Answer | undefined> => {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || signal.aborted) return answer;
    await pause(250);
  }
};

const less = (after: TrafficCount, before: TrafficCount): TrafficCount => ({
  requests: after.requests - before.requests,
  refused: after.refused - before.refused,
});

/**
 * Sees one gateway through one rotation: the one that is interrupted, or else, after its first credential is out, a new
 * one started by hand as anybody would. `undefined` when the signal aborts first.
 */
export const rotateOnce = async (
  deployment: Deployment,
  gatewayId: GatewayId,
  counts: () => TrafficCount,
  signal: AbortSignal,
): Promise<RotationReport | undefined> => {
  const { stores, stepFunctions, cloud } = deployment;
  const ended = (rotationId: RotationId) =>
    until(signal, async () => {
      const gateway = await stores.gateways.read(gatewayId);
      return gateway && (gateway.rotation?.rotationId !== rotationId || gateway.rotation.held) ? gateway : undefined;
    });

  const found = await stores.gateways.read(gatewayId);
  const before = counts();
  const interrupted = found?.rotation;
  if (interrupted) await ended(interrupted.rotationId);
  let rotationId = interrupted?.rotationId;
  let start = before;
  if (!interrupted || interrupted.trigger === 'bootstrap') {
    start = counts();
    const { executionArn } = await stepFunctions.send(
      new StartExecutionCommand({
        stateMachineArn: cloud.outputs.stateMachineArn,
        input: JSON.stringify({ gatewayId, reason: 'rotated once at the start of this machine' }),
      }),
    );
    rotationId = rotationIdOf(executionArn ?? '');
    await until(signal, async () => {
      const { status } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
      const gateway = await stores.gateways.read(gatewayId);
      const known = [gateway?.rotation, ...(gateway?.ended ?? [])].some((one) => one?.rotationId === rotationId);
      return known || status !== 'RUNNING' ? true : undefined;
    });
    if (rotationId) await ended(rotationId);
  }
  if (signal.aborted || !rotationId) return undefined;
  await pause(500); // a little traffic on the new credential alone
  const snapshot = await snapshotOf(stores, gatewayId);
  return snapshot && reportOf(stores, snapshot, rotationId, less(counts(), start));
};
