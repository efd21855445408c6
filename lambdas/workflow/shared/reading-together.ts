import { setImmediate as turn } from 'node:timers/promises';
import type { Gateway } from '../../domain/gateway.ts';
import type { GatewayId } from '../../domain/ids.ts';

type Reading = { read(gatewayId: GatewayId): Promise<Gateway | undefined> };

/**
 * Reads the record for all who ask for it meanwhile at once. Whoever asks gets what was read after he had asked, as if he
 * had read alone: a read that is under way is not his, and the next one is that of all who wait.
 */
export const readingTogether = ({ read }: Reading): Reading => {
  const next = new Map<GatewayId, Promise<Gateway | undefined>>();
  const last = new Map<GatewayId, Promise<unknown>>();
  return {
    read: (gatewayId) => {
      const waiting = next.get(gatewayId);
      if (waiting) return waiting;
      const begin = async (): Promise<Gateway | undefined> => {
        await turn(); // kits go forward together: the others of this turn of the event loop ask as well
        next.delete(gatewayId); // from now on it is too late to join
        return read(gatewayId);
      };
      const mine = (last.get(gatewayId) ?? Promise.resolve()).then(begin, begin);
      next.set(gatewayId, mine);
      last.set(gatewayId, mine);
      return mine;
    },
  };
};
