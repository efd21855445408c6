import type { Gateway } from '../../domain/gateway.ts';
import type { Kit } from '../../domain/kit.ts';
import { byEnd, isEnding, neededForMs } from '../../domain/own-keys.ts';
import type { Plan } from '../../domain/plan.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { keyUsesOf, lookAtKeys, plannedKey } from './look-at-keys.ts';

/** The output of an execution is bounded, and an ARN may have 2,048 characters. */
const keysAtMost = 20;

/** The own keys as they stand to a rotation that begins now, each looked at anew until the time is over. */
export const planKeys = async (
  needs: Pick<Dependencies, 'kitSecrets' | 'pingOne'> & ClockAndLog,
  gateway: Gateway,
  kits: readonly Kit[],
  untilMs: number,
): Promise<Pick<Plan, 'ownKeys' | 'moreOwnKeys'>> => {
  const looked = await lookAtKeys(needs, await keyUsesOf(needs, gateway, kits), untilMs);
  const nowMs = needs.now();
  const longestMs = neededForMs(gateway, nowMs);
  const keys = looked.filter((key) => key !== undefined).toSorted(byEnd);
  const more = keys.slice(keysAtMost);
  return {
    ownKeys: keys.slice(0, keysAtMost).map((key) => plannedKey(key, nowMs, longestMs)),
    moreOwnKeys: {
      total: more.length + looked.length - keys.length,
      ending: more.filter((key) => isEnding(key, nowMs, longestMs)).length,
      notLookedAt: looked.length - keys.length,
    },
  };
};
