import { expect, test } from 'vitest';
import { TemporarilyUnavailable } from '../../lambdas/domain/failure.ts';
import type { Rotation } from '../../lambdas/domain/gateway.ts';
import { emptyTally } from '../../lambdas/domain/may-revoke.ts';
import { climbLadder } from '../../lambdas/workflow/shared/escalate.ts';
import { inRotation, now } from '../domain/gateways.ts';
import { benchWith, kitOf, step } from './doubles.ts';

const late = {
  kind: 'LAGGARD',
  kitId: kitOf('edge').kitId,
  owner: 'team-edge',
  code: 'WAITS_FOR_OWNER',
  addresses: [],
  redo: false,
} as const;
const tally = { ...emptyTally, kits: 1_000, laggards: 951, named: [late], unnamed: { 'team-edge': 49, 'team-b': 901 } };
const remindIsDue = { begun: { actor: 'alice', reason: 'because', atMs: now - 3_600_000 } } as const;
const benchAt = (rotation: Partial<Rotation>) => benchWith(inRotation('DISTRIBUTED', rotation));

test('every owner is told: by name for the first laggards, and how many more there are', async () => {
  const bench = benchAt(remindIsDue);
  await climbLadder(bench.equipment, step, bench.record, tally);
  expect(bench.told.map(({ owner, kitId, severity, subject }) => [owner, kitId, severity, subject])).toEqual([
    ['team-edge', 'edge', 'reminder', 'Reminder: kit edge is late'],
    ['team-edge', undefined, 'reminder', '49 more of your kits of gateway shop are late'],
    ['team-b', undefined, 'reminder', '901 more of your kits of gateway shop are late'],
  ]);
  expect(bench.told[2]?.text).toContain('901 of yours do not use the new credential c-b yet.');
  expect(bench.record.rotation?.rung).toBe(1);
});

test('owners that could not be told are told by the next look, and nothing fails for it', async () => {
  const bench = benchAt(remindIsDue);
  const notifyOwner = async () => Promise.reject(new TemporarilyUnavailable('SNS did not take the message.'));
  const equipment = { ...bench.equipment, notifyOwner };
  expect(await climbLadder(equipment, step, bench.record, tally)).toBeUndefined();
  expect(bench.record.rotation?.rung).toBe(0);
  await climbLadder(bench.equipment, step, bench.record, tally);
  expect(bench.told).toHaveLength(3);
});

test('the deadline is acted on although nobody can be told, once', async () => {
  const bench = benchAt({ deadlineAtMs: now - 1 });
  const notifyOwner = async () => Promise.reject(new TemporarilyUnavailable('SNS did not take the message.'));
  await climbLadder({ ...bench.equipment, notifyOwner }, step, bench.record, tally);
  expect(bench.record.rotation).toMatchObject({ rung: 3, held: { actor: 'policy' } });
});
