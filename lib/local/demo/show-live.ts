import { createLogUpdate } from 'log-update';
import type { Registry } from '../../../lambdas/registry/read-registry.ts';
import { screenOf } from '../../screen.ts';
import { type Stores, snapshotOf } from '../snapshot.ts';
import { pictureOf } from './live-view.ts';
import type { TrafficCount } from './traffic-count.ts';

/** Shows the gateways as a picture that moves, on a terminal; `stop` leaves the last one standing. */
export const showLive = (
  stores: Stores,
  registry: Registry,
  counts: (gatewayId: string) => TrafficCount,
): { stop(): Promise<void> } => {
  if (!screenOf(process.stdout)) return { stop: async () => undefined };
  const view = createLogUpdate(process.stdout);
  let stopped = false;
  const draw = async (): Promise<void> => {
    const snapshots = await Promise.all(registry.gateways.map(({ gatewayId }) => snapshotOf(stores, gatewayId)));
    const shown = snapshots.flatMap((snapshot) =>
      snapshot ? [{ snapshot, traffic: counts(snapshot.gateway.gatewayId) }] : [],
    );
    const screen = screenOf(process.stdout); // it may have become another one
    if (screen) view(pictureOf(shown, screen));
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
