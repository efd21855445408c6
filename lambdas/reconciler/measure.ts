import type { Gateway } from '../domain/gateway.ts';
import { gaugesOf } from '../domain/gauges.ts';
import { secretTroublesOf } from '../domain/secret-troubles.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { boundedMap } from '../runtime/bounded-map.ts';
import { countMetric, recordGauges } from '../runtime/log.ts';
import { withinMs } from '../runtime/time-limit.ts';
import { describeIfThere } from '../workflow/shared/describe-if-there.ts';
import type { Repair } from './end-compromised.ts';
import { findReverted } from './find-reverted.ts';
import { lookAtOwnKeys } from './look-at-own-keys.ts';

type Needs = { readonly records: Pick<Dependencies['records'], 'all'> } & Pick<
  Dependencies,
  'secretVersions' | 'gateways' | 'kits' | 'uses' | 'notifyOwner' | 'kitSecrets' | 'ownKeys' | 'pingOne'
> &
  ClockAndLog;

/** Secrets Manager allows 50 descriptions a second; secrets are looked at in every minute that this divides. */
const secretsAtOnce = 10;
const secretsEveryMinutes = 15;
/** NextRotationDate names the end of the window by which it is done; Secrets Manager may come so much later. */
const lateByMs = 3_600_000;

/** Counts what the reconciler repaired, and measures what runs now: for alarms, dashboards and the owners of kits, nothing is decided by it. */
export const measure = async (needs: Needs, repairs: readonly Repair[]): Promise<void> => {
  for (const { gatewayId, what } of repairs)
    countMetric(needs.log, what === 'FAILED' ? 'ReconcileFailed' : 'RepairMade', { gatewayId });
  const nowMs = needs.now();
  const gateways = await needs.records.all();
  const inUse = gateways.filter(({ retiredAtMs }) => retiredAtMs === undefined);
  const looksAtSecrets = Math.floor(nowMs / 60_000) % secretsEveryMinutes === 0;
  recordGauges(needs.log, {
    ...gaugesOf(gateways, nowMs),
    ...(looksAtSecrets ? await lookAtSecrets(needs, inUse, nowMs) : {}),
  });
  if (looksAtSecrets) await lookForReverted(needs, inUse);
  if (looksAtSecrets) await lookForEndingKeys(needs, inUse);
};

/** One whose kits take longer is left after this time, and looked at again with the next look. */
const gatewayMs = 30_000;

/** Does the work of one gateway; that it failed is counted and said, so that it does not hide the others. */
const orSaid = async (
  { log }: Pick<Needs, 'log'>,
  { gatewayId }: Gateway,
  failed: string,
  work: () => Promise<void>,
): Promise<void> => {
  try {
    await work();
  } catch (error) {
    countMetric(log, 'ReconcileFailed', { gatewayId });
    log('ERROR', failed, { gatewayId, why: error instanceof Error ? error.name : 'unknown' });
  }
};

/** One gateway whose kits cannot be looked at does not hide the others. */
const lookForReverted = async (needs: Needs, inUse: readonly Gateway[]): Promise<void> => {
  await boundedMap(inUse, secretsAtOnce, async (gateway) => {
    const failed = 'Kits that present a revoked credential could not be looked for.';
    await orSaid(needs, gateway, failed, () => withinMs(gatewayMs, () => findReverted(needs, gateway)));
  });
};

/** All of them together; who is not reached is looked at with the next look, as it is still due then. */
const ownKeysMs = 90_000;

/** One after the other, since each asks Secrets Manager; one gateway whose keys cannot be looked at does not hide the others. */
const lookForEndingKeys = async (needs: Needs, inUse: readonly Gateway[]): Promise<void> => {
  const untilMs = needs.now() + ownKeysMs;
  for (const gateway of inUse) {
    const leftMs = untilMs - needs.now();
    if (leftMs <= 0) return;
    const limitMs = Math.min(gatewayMs, leftMs);
    const look = () => lookAtOwnKeys(needs, gateway, needs.now() + limitMs / 2);
    await orSaid(needs, gateway, 'The keys to kits could not be looked at.', () => withinMs(limitMs, look));
  }
};

/** One secret that cannot be described does not hide the others. */
const lookAtSecrets = async (
  { secretVersions, log }: Needs,
  inUse: readonly Gateway[],
  nowMs: number,
): Promise<{ readonly SchedulesOverdue: number; readonly SecretsInTrouble: number }> => {
  const seen = await boundedMap(inUse, secretsAtOnce, async (gateway) => {
    const { gatewayId, secretArn } = gateway;
    try {
      const secret = await describeIfThere(secretVersions, secretArn);
      const { rotates = false, nextRotationAtMs = nowMs } = secret ?? {};
      const isLate = rotates && nextRotationAtMs < nowMs - lateByMs;
      if (isLate)
        log('WARN', 'Secrets Manager did not rotate the secret in its window.', { gatewayId, nextRotationAtMs });
      const troubles = secretTroublesOf(gateway, secret);
      for (const { code, text } of troubles) log('WARN', text, { gatewayId, code });
      return { isLate, isInTrouble: troubles.length > 0 };
    } catch (error) {
      countMetric(log, 'ReconcileFailed', { gatewayId });
      log('ERROR', 'A secret could not be described.', {
        gatewayId,
        why: error instanceof Error ? error.name : 'unknown',
      });
      return { isLate: false, isInTrouble: false };
    }
  });
  return {
    SchedulesOverdue: seen.filter(({ isLate }) => isLate).length,
    SecretsInTrouble: seen.filter(({ isInTrouble }) => isInTrouble).length,
  };
};
