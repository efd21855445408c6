import type { GatewayId } from '../../../lambdas/domain/ids.ts';
import type { Gateways } from '../../../lambdas/ports.ts';
import type { Timers } from '../../emulator/wire/timers.ts';
import { repeat } from '../repeat.ts';

/** So much that it shows; the rest of the machine is for others. */
const tricklePerSecond = 2;
const lookEveryMs = 500;

export type PaceOptions = {
  readonly timers: Timers;
  readonly gateways: Pick<Gateways, 'read'>;
  readonly gatewayIds: readonly GatewayId[];
  readonly requestsPerSecond: number;
  readonly signal: AbortSignal;
  /** Changes the rate of all clients together. */
  readonly setRate: (requestsPerSecond: number) => void;
};

/** Keeps the clients of demo gateways busy while one of these rotates or waits for its first credential, and lets them trickle otherwise. */
export const keepPace = async (options: PaceOptions): Promise<void> => {
  const { timers, gateways, gatewayIds, requestsPerSecond, signal, setRate } = options;
  let rate = requestsPerSecond;
  const look = async (): Promise<void> => {
    const found = await Promise.all(gatewayIds.map((gatewayId) => gateways.read(gatewayId))).catch(() => undefined);
    if (!found) return; // the next look may know
    const isBusy = found.some(
      (gateway) => gateway && (gateway.rotation ? !gateway.rotation.held : gateway.live.length === 0),
    );
    const next = isBusy ? requestsPerSecond : Math.min(tricklePerSecond, requestsPerSecond);
    if (next !== rate) setRate(next);
    rate = next;
  };
  setRate(rate);
  await repeat(timers, lookEveryMs, signal, look);
};
