import { type GatewayId, isGatewayId } from './ids.ts';

/** The name of a gateway's secret. */
export const secretNameOf = (prefix: string, gatewayId: GatewayId): string => `${prefix}${gatewayId}`;

/** The gateway whose secret has this name, if it is such a name. */
export const gatewayIdOfSecret = (prefix: string, name: string): GatewayId | undefined => {
  const id = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return isGatewayId(id) ? id : undefined;
};
