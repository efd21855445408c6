import { TemporarilyUnavailable } from '../domain/failure.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import { withinMs } from '../runtime/time-limit.ts';
import type { Ports } from './ports.ts';

/** How long each of the two attempts may take: together the 1 s that a request may spend on reading. */
const attemptLimitsMs = [400, 600] as const;

const budgetMs = attemptLimitsMs[0] + attemptLimitsMs[1];

/**
 * Reads the gateway record, a second time if the first attempt failed and has left time for it: in a process that is too
 * busy to end the first one on time a second read only makes more work. Every request does its own reading: a read that was
 * sent before this request began may be older than a revocation that this request has to see.
 * Throws {@link TemporarilyUnavailable} when both attempts failed; the cause's message is not passed on.
 */
export const readRecord = async (
  ports: Pick<Ports, 'readGateway' | 'nowMs'>,
  gatewayId: GatewayId,
): Promise<{ readonly gateway: Gateway | undefined; readonly readAtMs: number }> => {
  let cause: unknown;
  const begunAtMs = performance.now();
  for (const attemptLimitMs of attemptLimitsMs) {
    const spentMs = cause === undefined ? 0 : performance.now() - begunAtMs;
    const limitMs = Math.min(attemptLimitMs, budgetMs - spentMs);
    if (limitMs <= 0) break;
    const readAtMs = ports.nowMs();
    try {
      return { gateway: await withinMs(limitMs, (signal) => ports.readGateway(gatewayId, signal)), readAtMs };
    } catch (error) {
      cause = error;
    }
  }
  const name = cause instanceof Error ? cause.name : 'unknown';
  throw new TemporarilyUnavailable(`Reading gateway ${gatewayId}: DynamoDB answered ${name}.`);
};
