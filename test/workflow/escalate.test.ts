import { expect, test } from 'vitest';
import { TemporarilyUnavailable } from '../../lambdas/domain/failure.ts';
import type { Rotation } from '../../lambdas/domain/gateway.ts';
import { emptySummary } from '../../lambdas/domain/may-revoke.ts';
import { escalateLaggards } from '../../lambdas/workflow/shared/escalate.ts';
import { inRotation, now } from '../domain/gateways.ts';
import { benchWith, lateKit, step } from './doubles.ts';

const summary = {
  ...emptySummary,
  kits: 1_000,
  laggards: 951,
  named: [lateKit],
  unnamed: { 'team-edge': 49, 'team-b': 901 },
};
const remindIsDue = { begun: { actor: 'alice', reason: 'because', atMs: now - 3_600_000 } } as const;
const benchAt = (rotation: Partial<Rotation>) => benchWith(inRotation('DISTRIBUTED', rotation));

test('every owner is told: by name for the first laggards, and how many more there are', async () => {
  const bench = benchAt(remindIsDue);
  await escalateLaggards(bench.dependencies, step, bench.record, summary);
  expect(bench.told.map(({ owner, kitId, severity, subject }) => [owner, kitId, severity, subject])).toEqual([
    ['team-edge', 'edge', 'reminder', 'Reminder: kit edge is late'],
    ['team-edge', undefined, 'reminder', '49 more of your kits of gateway shop are late'],
    ['team-b', undefined, 'reminder', '901 more of your kits of gateway shop are late'],
  ]);
  expect(bench.told[2]?.text).toContain('901 of yours do not use the new credential c-b yet.');
  expect(bench.record.rotation?.escalationLevel).toBe(1);
});

test('an owner is told why his kit could not be given the credential', async () => {
  const bench = benchAt(remindIsDue);
  const failure = { code: 'TIMEOUT', message: 'It did not answer in time.', attempts: 2, atMs: now };
  await escalateLaggards(bench.dependencies, step, bench.record, {
    ...emptySummary,
    ...{ kits: 1, laggards: 1, named: [{ ...lateKit, code: 'DISTRIBUTION_FAILED', failure }] },
  });
  expect(bench.told[0]?.text).toContain('TIMEOUT: It did not answer in time. Tried 2 times; the next try is due at ');
});

test('owners that could not be told are told by the next pass, and nothing fails for it', async () => {
  const bench = benchAt(remindIsDue);
  const notifyOwner = async () => Promise.reject(new TemporarilyUnavailable('SNS did not take the message.'));
  const dependencies = { ...bench.dependencies, notifyOwner };
  expect(await escalateLaggards(dependencies, step, bench.record, summary)).toBeUndefined();
  expect(bench.record.rotation?.escalationLevel).toBe(0);
  await escalateLaggards(bench.dependencies, step, bench.record, summary);
  expect(bench.told).toHaveLength(3);
});

test('the deadline is acted on although nobody can be told, once', async () => {
  const bench = benchAt({ deadlineAtMs: now - 1 });
  const notifyOwner = async () => Promise.reject(new TemporarilyUnavailable('SNS did not take the message.'));
  await escalateLaggards({ ...bench.dependencies, notifyOwner }, step, bench.record, summary);
  expect(bench.record.rotation).toMatchObject({ escalationLevel: 3, held: { actor: 'policy' } });
});
