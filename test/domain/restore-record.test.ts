import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { credentialStatusOf } from '../../lambdas/domain/credential-status.ts';
import { type Gateway, liveCredential, type Transition } from '../../lambdas/domain/gateway.ts';
import { missingSince } from '../../lambdas/domain/restore-gaps.ts';
import { restored } from '../../lambdas/domain/restore-record.ts';
import { inRotation } from './gateways.ts';
import type { World } from './model.ts';
import { play, script } from './model-script.ts';

const by = { actor: 'ann', reason: 'the table was damaged' };

/** Everything that was ever recorded, as the audit keeps it. */
const auditOf = ({ steps }: World): readonly Transition[] => [
  ...new Map(steps.flatMap(({ after }) => after.outbox.map((one) => [one.revision, one] as const))).values(),
];

/**
 * The clock of who restores is not behind the last write of the record that is lost: the time of that write is lost with it,
 * unless the audit has an entry of it, and with a clock that was set back nobody could know how much time had passed.
 */
const restoredAtMs = ({ nowMs, gateway }: World): number => Math.max(nowMs, gateway.writtenAtMs);

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
  const since = {
    audit: auditOf(world),
    kept,
    currentVersionId: world.current,
    revision: now.revision,
    mayBeMissing: [],
  };
  expect(missingIn(backup, since.audit, now)).toEqual([]);
  const atMs = restoredAtMs(world);
  expectRestored(restored(backup, since, by, atMs), now, atMs);
});

/** The same with holes in the audit, and with the record that is there still readable. */
const damaged = fc.property(script, fc.nat(), fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), (one, at, holes) => {
  const world = play(one);
  const now = world.gateway;
  const backup = world.steps[at % Math.max(1, world.steps.length)]?.before ?? now;
  const whole = auditOf(world).filter(({ revision }) => revision > backup.revision);
  const lost = new Set(holes.map((hole) => hole % Math.max(1, whole.length)));
  const audit = whole.filter((_, index) => !lost.has(index));
  const mayBeMissing = missingIn(backup, audit, now);
  expect(mayBeMissing.length > 0).toBe(whole.length > 0);
  const kept = now.live.map(({ credentialId, digest, versionId }) => ({ credentialId, digest, versionId }));
  const since = { audit, kept, present: now, currentVersionId: world.current, revision: now.revision, mayBeMissing };
  const after = restored(backup, since, by, world.nowMs);
  for (const { credentialId } of now.revoked)
    expect(credentialStatusOf(after, credentialId, world.nowMs).kind).not.toBe('live');
  for (const { credentialId, compromised } of now.live)
    expect(liveCredential(after, credentialId)?.compromised?.rejectAfterMs).toBe(compromised?.rejectAfterMs);
  expect(after.revision).toBeGreaterThan(now.revision);
  if (whole.length > 0) expect(after.outbox.at(-1)?.detail).toMatchObject({ mayBeMissing });
  expect(after.outbox.at(-1)?.previous).toBe(now.lastEntryDigest);
});

const missingIn = (backup: Gateway, audit: readonly Transition[], { revision, lastEntryDigest }: Gateway) =>
  missingSince(
    backup,
    audit.filter((entry) => entry.revision > backup.revision),
    { revision, lastEntryDigest },
  );

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

  it('finds every hole in the audit, and still refuses what the record that is there refuses (invariants 7, 8 and 11)', {
    timeout: 600_000,
  }, () => {
    const seed = process.env.FC_SEED === undefined ? {} : { seed: Number(process.env.FC_SEED) };
    fc.assert(damaged, { numRuns: Number(process.env.INVARIANT_RUNS ?? 2000), ...seed });
  });

  const two = inRotation('VERIFIED', {}, { revision: 7 });
  const unreadable = { revision: 9 };
  it.each([
    ['the record is gone, and nothing says which entry was the last', two, undefined, [{ afterRevision: 7 }]],
    ['the record cannot be read and was written since', two, unreadable, [{ afterRevision: 7 }]],
    ['the record cannot be read and has the revision of the last known entry', two, { revision: 7 }, []],
    [
      'the record is an older one that somebody has put there',
      two,
      { revision: 9, lastEntryDigest: 'older' },
      [{ afterRevision: 7 }],
    ],
    ['the record names the last entry', two, { revision: 9, lastEntryDigest: two.lastEntryDigest }, []],
  ])('may lack entries when %s', (_, backup, stored, missing) => {
    expect(missingSince(backup, [], stored)).toEqual(missing);
  });
});
