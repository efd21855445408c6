import type { Gateway } from '../domain/gateway.ts';
import {
  isEnding,
  type KeyLine,
  keyLine,
  neededForMs,
  type OwnKey,
  type SeenKey,
  type SeenKeys,
} from '../domain/own-keys.ts';
import { allShards } from '../domain/shards.ts';
import { keysEnding } from '../notifications/keys-ending.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { type KeyUse, keyUsesOf, lookAtKeys } from '../workflow/shared/look-at-keys.ts';

type Needs = Pick<Dependencies, 'gateways' | 'kits' | 'kitSecrets' | 'ownKeys' | 'pingOne' | 'notifyOwner'> &
  ClockAndLog;

const [hourMs, dayMs] = [3_600_000, 86_400_000];
/** In one round; the others are looked at in the next ones, those first that were read longest ago. */
const keysAtMost = 300;

/**
 * Looks at the own keys of a gateway once a day, and every hour at those that end before a rotation could: keeps what is known of
 * them, has the record say how many those are, and tells the owners of the kits once a day. A secret that many kits share is
 * asked for once.
 */
export const lookAtOwnKeys = async (needs: Needs, gateway: Gateway, untilMs: number): Promise<void> => {
  const { gatewayId } = gateway;
  const before = await needs.ownKeys.of(gatewayId);
  if (before && !isDue(before, gateway, needs.now())) return;
  const uses = await keyUsesOf(needs, gateway, kitsOf(needs, gateway));
  const { keys, isWhole } = await readDue(needs, gateway, uses, before, untilMs);
  const look = { lookedAtMs: needs.now(), isWhole };
  await needs.ownKeys.keep(gatewayId, { ...look, keys });
  const longestMs = neededForMs(gateway, look.lookedAtMs);
  const ending = keys.filter((key) => isEnding(key, look.lookedAtMs, longestMs));
  await needs.gateways.apply(gatewayId, (now) =>
    (now.keysEnding ?? 0) === ending.length
      ? undefined
      : {
          kind: 'keys-ending',
          keys: ending.length,
          actor: 'reconciler',
          reason:
            ending.length > 0
              ? 'keys with which kits or PingOne are reached end before a rotation could'
              : 'no key with which kits or PingOne are reached ends before a rotation could any more',
        },
  );
  const told = await tellOwners(needs, gateway, ending, uses, longestMs);
  if (told.size > 0)
    await needs.ownKeys.keep(gatewayId, {
      ...look,
      keys: keys.map((key) => (told.has(key.secretId) ? { ...key, toldAtMs: look.lookedAtMs } : key)),
    });
};

const isDue = ({ lookedAtMs, isWhole }: SeenKeys, { keysEnding = 0 }: Gateway, nowMs: number): boolean =>
  !isWhole || nowMs - lookedAtMs >= (keysEnding > 0 ? hourMs : dayMs);

async function* kitsOf({ kits }: Needs, gateway: Gateway) {
  for (const shard of allShards(gateway)) yield* kits.ofShard(gateway.gatewayId, shard, gateway.shardCount);
}

/** What passes is no answer: what was known before stays, and it is asked again in the next round. */
const passing: ReadonlySet<OwnKey['problem']> = new Set(['TIMEOUT', 'RATE_LIMITED', 'NO_CONNECTION', 'SERVER_ERROR']);

/** Every key with what is known of it now; not whole while some that should be read again were not. */
const readDue = async (
  needs: Needs,
  gateway: Gateway,
  uses: readonly KeyUse[],
  before: SeenKeys | undefined,
  untilMs: number,
): Promise<Omit<SeenKeys, 'lookedAtMs'>> => {
  const nowMs = needs.now();
  const longestMs = neededForMs(gateway, nowMs);
  const seen = new Map(before?.keys.map((key) => [key.secretId, key]));
  const readAtMs = ({ secretId }: KeyUse): number => seen.get(secretId)?.readAtMs ?? Number.NEGATIVE_INFINITY;
  const isOld = (use: KeyUse): boolean => {
    const key = seen.get(use.secretId);
    return !key || nowMs - key.readAtMs >= (isEnding(key, nowMs, longestMs) ? hourMs : dayMs);
  };
  const due = uses.filter(isOld).toSorted((one, other) => readAtMs(one) - readAtMs(other));
  const asked = due.slice(0, keysAtMost);
  const read = await lookAtKeys(needs, asked, untilMs);
  let left = due.length - asked.length;
  for (const [index, { secretId }] of asked.entries()) {
    const key = read[index];
    if (!key || passing.has(key.problem)) {
      left += 1;
      continue;
    }
    const toldAtMs = seen.get(secretId)?.toldAtMs;
    seen.set(secretId, { ...key, kits: 0, readAtMs: nowMs, ...(toldAtMs === undefined ? {} : { toldAtMs }) });
  }
  const keys = uses.flatMap(({ secretId, kits }): readonly SeenKey[] => {
    const key = seen.get(secretId);
    return key ? [{ ...key, kits }] : [];
  });
  return { keys, isWhole: left === 0 };
};

/** One message for the keys of an owner of which he was not told today; answers the secrets whose owners were all told. */
const tellOwners = async (
  needs: Needs,
  { gatewayId }: Gateway,
  ending: readonly SeenKey[],
  uses: readonly KeyUse[],
  longestMs: number,
): Promise<ReadonlySet<string>> => {
  const nowMs = needs.now();
  const due = new Map(
    ending
      .filter(({ toldAtMs }) => nowMs - (toldAtMs ?? Number.NEGATIVE_INFINITY) >= dayMs)
      .map((key) => [key.secretId, keyLine(key, nowMs, longestMs)]),
  );
  const byOwner = new Map<string, KeyLine[]>();
  for (const { secretId, owners } of uses) {
    const line = due.get(secretId);
    if (line) for (const owner of owners) byOwner.set(owner, [...(byOwner.get(owner) ?? []), line]);
  }
  const told = new Set(due.keys());
  for (const [owner, lines] of byOwner)
    try {
      await needs.notifyOwner(keysEnding({ gatewayId, owner }, lines));
    } catch (error) {
      for (const { secretId } of lines) told.delete(secretId);
      const why = error instanceof Error ? error.name : 'unknown';
      needs.log('WARN', 'The owner of kits could not be told that the key to them ends.', { gatewayId, owner, why });
    }
  return told;
};
