import { pathText } from './problems.ts';
import type { GatewayOfFile } from './schema.ts';

/**
 * Gateways of the file that are the same one in PingOne, the first excepted: each would take what the other mints for what an
 * interrupted create of its own has left behind, and revoke it. `undefined` is one that could not be read.
 */
export const sharedAtPingOne = (
  gateways: readonly (Pick<GatewayOfFile, 'gatewayId' | 'authority'> | undefined)[],
): readonly string[] => {
  const first = new Map<string, string>();
  return gateways.flatMap((one, index) => {
    if (one?.authority?.kind !== 'pingone') return [];
    const { environmentId, gatewayId } = one.authority;
    const key = `${environmentId} ${gatewayId}`.toLowerCase();
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, one.gatewayId);
      return [];
    }
    return [
      `${pathText(['gateways', index, 'authority', 'gatewayId'])}: given ${JSON.stringify(gatewayId)}, which is the gateway in PingOne of ${JSON.stringify(before)} too; allowed is one that no other gateway of the file has. List all kits of one gateway in PingOne under one gateway here.`,
    ];
  });
};
