import { createLogUpdate } from 'log-update';
import type { Registry } from '../../../lambdas/registry/read-registry.ts';
import { type Stores, snapshotOf } from '../snapshot.ts';
import { linesOf } from './live-view.ts';
import type { TrafficCount } from './traffic-count.ts';

/** Shows the gateways as a picture that moves, on a terminal; `stop` leaves the last one standing. */
export const showLive = (
  stores: Stores,
  registry: Registry,
  counts: (gatewayId: string) => TrafficCount,
): { stop(): Promise<void> } => {
  if (!process.stdout.isTTY) return { stop: async () => undefined };
  const view = createLogUpdate(process.stdout);
  let stopped = false;
  const draw = async (): Promise<void> => {
    const snapshots = await Promise.all(registry.gateways.map(({ gatewayId }) => snapshotOf(stores, gatewayId)));
    view(
      snapshots
        .flatMap((snapshot) => (snapshot ? [...linesOf(snapshot, counts(snapshot.gateway.gatewayId)), ''] : []))
        .join('\n'),
    );
  };
  const loop = (async () => {
    while (!stopped) {
      await draw().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await draw().catch(() => undefined);
    view.done();
  })();
  return {
    stop: async () => {
      stopped = true;
      await loop;
    },
  };
};
