import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { credentialStatusOf } from '../../lambdas/domain/credential-status.ts';
import type { Gateway, Transition } from '../../lambdas/domain/gateway.ts';
import { restored } from '../../lambdas/domain/restore-record.ts';
import type { World } from './model.ts';
import { play, script } from './model-script.ts';

const by = { actor: 'ann', reason: 'the table was damaged' };

/** Everything that was ever recorded, as the audit keeps it. */
const auditOf = ({ steps }: World): readonly Transition[] => [
  ...new Map(steps.flatMap(({ after }) => after.outbox.map((one) => [one.revision, one] as const))).values(),
];

/** Any earlier record brought up to today, with the secret as it is now: the versions of revoked credentials are still there. */
const backups = fc.property(script, fc.nat(), (one, at) => {
  const world = play(one);
  const now = world.gateway;
  const backup = world.steps[at % Math.max(1, world.steps.length)]?.before ?? now;
  const kept = [...now.live, ...now.revoked].map(({ credentialId, digest, versionId }) => ({
    credentialId,
    digest,
    versionId,
  }));
  const since = { audit: auditOf(world), kept, currentVersionId: world.current, revision: now.revision };
  expectRestored(restored(backup, since, by, world.nowMs), now, world.nowMs);
});

const expectRestored = (after: Gateway, now: Gateway, nowMs: number): void => {
  const ids = ({ live }: Gateway) => live.map(({ credentialId }) => credentialId).toSorted();
  expect(ids(after)).toEqual(ids(now));
  for (const { credentialId } of now.live)
    expect(credentialStatusOf(after, credentialId, nowMs).kind).toBe(credentialStatusOf(now, credentialId, nowMs).kind);
  for (const { credentialId } of now.revoked)
    expect(credentialStatusOf(after, credentialId, nowMs).kind).not.toBe('live');
  for (const { credentialId, compromised, origin } of now.live) {
    const found = after.live.find((one) => one.credentialId === credentialId);
    expect(found?.compromised?.rejectAfterMs).toBe(compromised?.rejectAfterMs);
    expect(found?.origin).toEqual(origin);
  }
  expect(after.revision).toBeGreaterThan(now.revision);
  expect(after.rotation).toBeUndefined();
  expect(after.outbox.at(-1)).toMatchObject({ kind: 'restore', actor: 'ann', revision: after.revision });
};

describe('a record restored from a backup', () => {
  it('accepts and refuses what the lost record did, whenever the backup was taken (invariants 4, 7 and 8)', {
    timeout: 600_000,
  }, () => {
    const seed = process.env.FC_SEED === undefined ? {} : { seed: Number(process.env.FC_SEED) };
    fc.assert(backups, { numRuns: Number(process.env.INVARIANT_RUNS ?? 2000), ...seed });
  });
});
