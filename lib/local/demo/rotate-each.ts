import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Gateway } from '../../../lambdas/domain/gateway.ts';
import type { GatewayId, RotationId } from '../../../lambdas/domain/ids.ts';
import type { Registry } from '../../../lambdas/registry/read-registry.ts';
import { rotationIdOf } from '../../../lambdas/workflow/shared/derived-id.ts';
import type { Deployment } from '../deployment.ts';
import { snapshotOf } from '../snapshot.ts';
import { type RotationReport, reportOf } from './report.ts';
import { since, type TrafficCount } from './traffic-count.ts';

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

/**
 * Sees one gateway through one rotation: the one that is interrupted, or else, after its first credential is out, a new
 * one started by hand as anybody would. `undefined` when the signal aborts first.
 */
const rotateOnce = async (
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
  return snapshot && reportOf(stores, snapshot, rotationId, since(start, counts()));
};

const wasRotated = (gateway: Gateway | undefined): boolean =>
  gateway?.rotation === undefined &&
  (gateway?.live ?? []).length > 0 &&
  (gateway?.ended ?? []).some(({ outcome }) => outcome === 'COMPLETED' || outcome === 'COMPLETED_BY_FORCE');

/** Whether a start rotates a gateway: each when it was asked to, else only those of the demo that never were rotated in this data folder. */
export const isToRotate = (isDemo: boolean, gateway: Gateway | undefined, isAsked: boolean): boolean =>
  isAsked || (isDemo && !wasRotated(gateway));

/** Rotates one gateway after the other: the user's own only when that `isAsked`. Ends early when somebody stops the machine. */
export const rotateAll = async ({
  deployment,
  registry,
  counts,
  isAsked,
  stopping,
}: {
  readonly deployment: Deployment;
  readonly registry: Registry;
  readonly counts: (gatewayId: string) => TrafficCount;
  readonly isAsked: boolean;
  readonly stopping: AbortSignal;
}): Promise<readonly RotationReport[]> => {
  const reports: RotationReport[] = [];
  for (const { gatewayId, demo } of registry.gateways) {
    if (!isToRotate(demo, await deployment.stores.gateways.read(gatewayId), isAsked)) continue;
    const report = await rotateOnce(deployment, gatewayId, () => counts(gatewayId), stopping);
    if (report) reports.push(report);
  }
  return reports;
};
