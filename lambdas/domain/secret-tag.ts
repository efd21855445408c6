import type { GatewayId, KitId } from './ids.ts';

/** The key of the tag that every secret of this system carries, and its value on the own one of a gateway. */
export const secretTag = { key: 'gateway-credential-rotation', ofGateway: 'gateway' } as const;

/** Who wants to use a secret that the settings of a kit name; or, without a kit, those of a gateway's authority. */
export type SecretUser = { readonly gatewayId: GatewayId; readonly kitId?: KitId };

/**
 * Alone they name no gateway: the first is on every gateway's own secret, and the second was once on every kit's, whosever it
 * was. A gateway that is called so is named with its kits.
 */
export const wordsOfTag = [secretTag.ofGateway, 'kit'] as const;

/** The value of the tag that lets one kit, or the gateway itself, use a secret. */
export const tagOfKit = ({ gatewayId, kitId }: SecretUser): string =>
  kitId === undefined ? gatewayId : `${gatewayId}/${kitId}`;

/** Whether the value of a secret's tag, names of gateways or `gateway/kit` parted by spaces, lets the kit use the secret. */
export const letsUse = (value: string | undefined, user: SecretUser): boolean =>
  (value ?? '')
    .split(' ')
    .some(
      (name) =>
        (user.kitId !== undefined && name === tagOfKit(user)) ||
        (name === user.gatewayId && !wordsOfTag.some((word) => word === user.gatewayId)),
    );

/** How the tag of a channel's secret names it; no gateway and no kit is called so. */
export const channelTagPrefix = 'news:';

/** Whether the value of a secret's tag lets a channel of news use the secret. */
export const letsChannelUse = (value: string | undefined, channel: string): boolean =>
  (value ?? '').split(' ').includes(`${channelTagPrefix}${channel}`);
