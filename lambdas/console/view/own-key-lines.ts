import type { Gateway } from '../../domain/gateway.ts';
import type { Kit } from '../../domain/kit.ts';
import { byEnd, isEnding, type KeyLine, keyLine, neededForMs, type SeenKeys } from '../../domain/own-keys.ts';
import { keySecretsOf } from '../../workflow/shared/look-at-keys.ts';
import type { GatewayView } from './views.ts';

/** What is shown of the keys of a kit, as they were last looked at. */
export const keyLinesOf = (gateway: Gateway, seen: SeenKeys | undefined, nowMs: number) => {
  const longestMs = neededForMs(gateway, nowMs);
  const keys = new Map(seen?.keys.map((key) => [key.secretId, key]));
  return (kit: Kit): readonly KeyLine[] =>
    keySecretsOf(kit).map((secretId) => {
      const key = keys.get(secretId);
      if (key) return keyLine(key, nowMs, longestMs);
      return { secretId, standing: 'NOT_KNOWN', text: `Secret ${secretId}: it was not looked at yet.` };
    });
};

const shownAtMost = 20;

/** All own keys of a gateway, those first that end first. */
export const ownKeysPart = (
  gateway: Gateway,
  seen: SeenKeys | undefined,
  nowMs: number,
): Pick<GatewayView, 'ownKeys'> => {
  if (!seen) return {};
  const longestMs = neededForMs(gateway, nowMs);
  return {
    ownKeys: {
      lookedAtMs: seen.lookedAtMs,
      isWhole: seen.isWhole,
      total: seen.keys.length,
      ending: seen.keys.filter((key) => isEnding(key, nowMs, longestMs)).length,
      lines: seen.keys
        .toSorted(byEnd)
        .slice(0, shownAtMost)
        .map((key) => keyLine(key, nowMs, longestMs)),
    },
  };
};
