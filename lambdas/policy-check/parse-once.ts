import type { Gateway } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import { LruCache } from './lru-cache.ts';

/**
 * Parses the text of a record, unless it is the very text that was parsed for this gateway before. The text is read each
 * time, so this saves the parsing and remembers no decision.
 */
export const parsingOnce = (parse: (text: string) => Gateway, remembered: number) => {
  const known = new LruCache<GatewayId, { readonly text: string; readonly gateway: Gateway }>(remembered);
  return (gatewayId: GatewayId, text: string): Gateway => {
    const last = known.get(gatewayId);
    if (last?.text === text) return last.gateway;
    const gateway = parse(text);
    known.set(gatewayId, { text, gateway });
    return gateway;
  };
};
