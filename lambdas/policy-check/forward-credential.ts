import { TemporarilyUnavailable } from '../domain/failure.ts';
import { forwardedValueSeconds } from '../domain/forward.ts';
import type { GatewayId } from '../domain/ids.ts';
import { credentialTextIn } from '../domain/secret-text.ts';

/** What PingOne's credentials look like: three parts of base64url. Anything else is not presented to anybody. */
const jwt = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** While the secret cannot be read, or holds what PingOne has just refused, it is not asked at every request. */
const askAgainMs = 1_000;

/** The credentials that one instance presents to PingOne, each read from the secret of its gateway. Rejects when there is none to present. */
export type ForwardCredentials = {
  /** One that was AWSCURRENT at most {@link forwardedValueSeconds} ago, or the last one that could be read. */
  current(gatewayId: GatewayId): Promise<string>;
  /** Another one in place of one that PingOne refused; `undefined` when the secret holds no other. */
  inPlaceOf(gatewayId: GatewayId, refused: string): Promise<string | undefined>;
};

type Held = { readonly value: string; readonly readAtMs: number };

/** `readSecret` gives the text under AWSCURRENT; however many requests need it at the same time, it is asked once. */
export const forwardCredentials = (
  readSecret: (gatewayId: GatewayId) => Promise<string>,
  nowMs: () => number,
): ForwardCredentials => {
  const held = new Map<GatewayId, Held>();
  const triedAtMs = new Map<GatewayId, number>();
  const underWay = new Map<GatewayId, Promise<string>>();

  const readOne = async (gatewayId: GatewayId): Promise<string> => {
    const value = credentialTextIn(await readSecret(gatewayId));
    if (value === undefined || !jwt.test(value))
      throw new TemporarilyUnavailable(
        `The secret of gateway ${gatewayId} holds no PingOne credential yet; it is rotated into it, or adopted.`,
      );
    held.set(gatewayId, { value, readAtMs: nowMs() });
    return value;
  };
  const read = (gatewayId: GatewayId): Promise<string> => {
    const reading = underWay.get(gatewayId) ?? readOne(gatewayId).finally(() => underWay.delete(gatewayId));
    underWay.set(gatewayId, reading);
    triedAtMs.set(gatewayId, nowMs());
    return reading;
  };
  /** A clock that was set back does not tell. */
  const isWithin = (limitMs: number, sinceMs: number | undefined): boolean =>
    sinceMs !== undefined && nowMs() >= sinceMs && nowMs() - sinceMs < limitMs;
  const wasJustTried = (gatewayId: GatewayId): boolean =>
    !underWay.has(gatewayId) && isWithin(askAgainMs, triedAtMs.get(gatewayId));

  return {
    current: async (gatewayId) => {
      const one = held.get(gatewayId);
      if (!one) return read(gatewayId);
      if (isWithin(forwardedValueSeconds * 1000, one.readAtMs) || wasJustTried(gatewayId)) return one.value;
      return read(gatewayId).catch(() => one.value); // PingOne says whether it is still good
    },
    inPlaceOf: async (gatewayId, refused) => {
      const one = held.get(gatewayId);
      if (one && one.value !== refused) return one.value;
      if (wasJustTried(gatewayId)) return undefined;
      const value = await read(gatewayId);
      return value === refused ? undefined : value;
    },
  };
};
