import type { Gateway } from '../domain/gateway.ts';
import { gaugesOf } from '../domain/gauges.ts';
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
    ...(looksAtSecrets ? { SchedulesOverdue: await schedulesOverdue(needs, gateways, nowMs) } : {}),
  });
};

/** One secret that cannot be described does not hide the others. */
const schedulesOverdue = async (
  { secretVersions, log }: Needs,
  gateways: readonly Gateway[],
  nowMs: number,
): Promise<number> => {
  const inUse = gateways.filter(({ retiredAtMs }) => retiredAtMs === undefined);
  const late = await boundedMap(inUse, secretsAtOnce, async ({ gatewayId, secretArn }) => {
    try {
      const { rotates, nextRotationAtMs = nowMs } = await secretVersions.describe(secretArn);
      const isLate = rotates && nextRotationAtMs < nowMs - lateByMs;
      if (isLate)
        log('WARN', 'Secrets Manager did not rotate the secret in its window.', { gatewayId, nextRotationAtMs });
      return isLate;
    } catch (error) {
      countMetric(log, 'ReconcileFailed', { gatewayId });
      log('ERROR', 'A secret could not be described.', {
        gatewayId,
        why: error instanceof Error ? error.name : 'unknown',
      });
      return false;
    }
  });
  return late.filter(Boolean).length;
};
