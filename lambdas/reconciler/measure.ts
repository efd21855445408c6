import type { Gateway } from '../domain/gateway.ts';
import { gaugesOf } from '../domain/gauges.ts';
import { secretTroublesOf } from '../domain/secret-troubles.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { boundedMap } from '../runtime/bounded-map.ts';
import { countMetric, recordGauges } from '../runtime/log.ts';
import type { Repair } from './end-compromised.ts';

type Needs = { readonly records: Pick<Dependencies['records'], 'all'> } & Pick<Dependencies, 'secretVersions'> &
  ClockAndLog;

/** Secrets Manager allows 50 descriptions a second; secrets are looked at in every minute that this divides. */
const secretsAtOnce = 10;
const secretsEveryMinutes = 15;
/** NextRotationDate names the end of the window by which it is done; Secrets Manager may come so much later. */
const lateByMs = 3_600_000;

/** Counts what the reconciler repaired, and measures what runs now: for alarms and dashboards, nothing is decided by it. */
export const measure = async (needs: Needs, repairs: readonly Repair[]): Promise<void> => {
  for (const { gatewayId, what } of repairs)
    countMetric(needs.log, what === 'FAILED' ? 'ReconcileFailed' : 'RepairMade', { gatewayId });
  const nowMs = needs.now();
  const gateways = await needs.records.all();
  const looksAtSecrets = Math.floor(nowMs / 60_000) % secretsEveryMinutes === 0;
  recordGauges(needs.log, {
    ...gaugesOf(gateways, nowMs),
    ...(looksAtSecrets ? await lookAtSecrets(needs, gateways, nowMs) : {}),
  });
};

/** One secret that cannot be described does not hide the others. */
const lookAtSecrets = async (
  { secretVersions, log }: Needs,
  gateways: readonly Gateway[],
  nowMs: number,
): Promise<{ readonly SchedulesOverdue: number; readonly SecretsInTrouble: number }> => {
  const inUse = gateways.filter(({ retiredAtMs }) => retiredAtMs === undefined);
  const seen = await boundedMap(inUse, secretsAtOnce, async (gateway) => {
    const { gatewayId, secretArn } = gateway;
    try {
      const secret = await secretVersions.describe(secretArn);
      const { rotates, nextRotationAtMs = nowMs } = secret;
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
