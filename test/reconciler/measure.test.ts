import { describe, expect, test } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { measure } from '../../lambdas/reconciler/measure.ts';
import { atRest, inRotation, live, now } from '../domain/gateways.ts';
import { benchWith } from '../workflow/doubles.ts';

const hour = 3_600_000;
const quarterHour = 1_800_000_000; // a multiple of 15 minutes
const held = { actor: 'alice', reason: 'wait', atMs: 1 };
const kitSummary = { atMs: now, kits: 5, laggards: 3 };

/** Everything that is logged while these gateways are measured. */
const measured = async (gateways: readonly Gateway[], nowMs: number, next: Record<string, number | 'fails'> = {}) => {
  const lines: Record<string, unknown>[] = [];
  const bench = benchWith(atRest());
  const repair = { gatewayId: 'g' as GatewayId, what: 'STARTED', why: 'the last attempt failed' } as const;
  await measure(
    {
      ...bench.dependencies,
      records: { all: async () => gateways },
      secretVersions: {
        ...bench.dependencies.secretVersions,
        describe: async (secretArn) => {
          const nextRotationAtMs = next[secretArn];
          if (nextRotationAtMs === 'fails') throw new Error('no answer');
          const rotates = nextRotationAtMs !== undefined;
          return {
            arn: secretArn,
            name: secretArn,
            rotates,
            isBeingDeleted: false,
            labels: new Map([
              ['kept', gateways.flatMap(({ live }) => live.map(({ credentialId }) => `live-${credentialId}`))],
            ]),
            ...(rotates ? { nextRotationAtMs } : {}),
          };
        },
      },
      now: () => nowMs,
      log: (level, message, fields) => void lines.push({ level, message, ...fields }),
    },
    [repair, { ...repair, what: 'FAILED' }],
  );
  return { lines, gauges: lines.find(({ message }) => message === 'Measured.')?.metrics };
};

describe('the reconciler measures', () => {
  test('rotations that run, are held, are past their deadline, and kits that are late past the first escalationLevel', async () => {
    const { gauges } = await measured(
      [
        atRest(),
        inRotation('DISTRIBUTED', { deadlineAtMs: now + 1, escalationLevel: 0, kitSummary }),
        inRotation('DISTRIBUTED', { deadlineAtMs: now - 1, escalationLevel: 1, kitSummary, held }),
        inRotation('DISTRIBUTED', { deadlineAtMs: now + 1, escalationLevel: 2, kitSummary }),
      ],
      now,
    );
    expect(gauges).toMatchObject({ RotationsRunning: 3, RotationsHeld: 1, RotationsOverdue: 1, KitsLate: 6 });
  });

  test('a schedule whose date has passed by more than an hour, every 15 minutes; one secret without an answer hides no other', async () => {
    const gateways = ['late', 'in-time', 'just-passed', 'none', 'broken'].map((secretArn) => atRest({ secretArn }));
    const next = {
      late: quarterHour - hour - 1,
      'just-passed': quarterHour - hour,
      'in-time': quarterHour + hour,
      broken: 'fails',
    } as const;
    expect((await measured(gateways, quarterHour, next)).gauges).toMatchObject({ SchedulesOverdue: 1 });
    expect((await measured(gateways, quarterHour + 60_000, next)).gauges).not.toHaveProperty('SchedulesOverdue');
  });

  test('secrets that differ from their records, and says which and what to do', async () => {
    const { gauges, lines } = await measured([atRest({ isScheduled: true }), atRest()], quarterHour);
    expect(gauges).toMatchObject({ SecretsInTrouble: 1 });
    expect(lines).toContainEqual(expect.objectContaining({ gatewayId: atRest().gatewayId, code: 'SCHEDULE_OFF' }));
  });

  test('a gateway all of whose credentials are doomed or gone, and whose successor could not be made', async () => {
    const doomed = live('c-a', { compromised: { atMs: now - 1, rejectAfterMs: now } });
    const failing = { trigger: 'compromise', failedAttempts: 1 } as const;
    const { gauges } = await measured(
      [
        inRotation('BEGUN', failing, { live: [doomed] }),
        inRotation('BEGUN', failing, { live: [] }),
        inRotation('BEGUN', { ...failing, failedAttempts: 0 }, { live: [doomed] }), // it is being made
        inRotation('BEGUN', failing, { live: [doomed, live('c-x')] }), // one stays accepted
        inRotation('CREATED', failing), // made
        atRest(),
      ],
      now,
    );
    expect(gauges).toMatchObject({ SuccessorsMissing: 2 });
  });

  test('no secret of a retired gateway', async () => {
    const retired = atRest({ secretArn: 'late', retiredAtMs: 1 });
    const { gauges } = await measured([retired], quarterHour, { late: 0 });
    expect(gauges).toMatchObject({ SchedulesOverdue: 0 });
  });

  test('its own repairs, and apart from them what it could not do', async () => {
    const { lines } = await measured([], now);
    expect(lines.slice(0, 2)).toMatchObject([
      { message: 'RepairMade', gatewayId: 'g', metrics: { RepairMade: 1 } },
      { message: 'ReconcileFailed', gatewayId: 'g', metrics: { ReconcileFailed: 1 } },
    ]);
  });
});
