import { type GatewayId, isGatewayId } from './ids.ts';

/** The name of a gateway's secret. */
export const secretNameOf = (prefix: string, gatewayId: GatewayId): string => `${prefix}${gatewayId}`;

/** The gateway whose secret may have this name, under whatever prefix: whether it is its secret, the record says by the ARN. */
export const gatewayIdOfSecret = (name: string): GatewayId | undefined => {
  const id = name.slice(name.lastIndexOf('/') + 1);
  return isGatewayId(id) ? id : undefined;
};
