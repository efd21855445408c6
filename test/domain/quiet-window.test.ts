import { describe, expect, it } from 'vitest';
import { type Gateway, rotationStages } from '../../lambdas/domain/gateway.ts';
import { emptySummary, judgeRevocation } from '../../lambdas/domain/may-revoke.ts';
import { longestUnwatchedMs } from '../../lambdas/domain/policy.ts';
import { transition } from '../../lambdas/domain/transition.ts';
import { a, by, inRotation, now, outcome, r1, recordAfter } from './gateways.ts';

const probe = { nonceHash: 'n1', credentialId: a, armedAtMs: now };
const waiting = (lastProofMs: number, changes: Partial<Gateway> = {}): Gateway =>
  inRotation('DISTRIBUTED', { watchedAtMs: now - lastProofMs }, { probe, ...changes });
const checkAt = (gateway: Gateway, atMs: number, recordingProven = true) =>
  recordAfter(transition(gateway, { kind: 'quiet-checked', rotationId: r1, nonceHash: 'n1', recordingProven }, atMs))
    .rotation;
const oneKit = { ...emptySummary, kits: 1, observed: 1 };

describe('Quiet is watched time (invariants 2 and 6)', () => {
  it('counts in a chain of proofs that are no further apart than 150 s', () =>
    expect(checkAt(waiting(150_000), now)).toMatchObject({ quietSinceMs: now - 900_000, watchedAtMs: now }));

  it('begins again after a longer gap, whatever the reason, and says why', () =>
    expect(checkAt(waiting(150_001), now)).toMatchObject({
      quietSinceMs: now,
      watchedAtMs: now,
      quietBroken: { atMs: now, why: 'NOT_WATCHED' },
    }));

  it('of a short window wants a proof in each half of it', () => {
    const { policy } = inRotation('DISTRIBUTED');
    expect(longestUnwatchedMs({ ...policy, quietWindowSeconds: 4 })).toBe(2_000);
    expect(longestUnwatchedMs({ ...policy, quietWindowSeconds: 300 })).toBe(150_000);
    expect(longestUnwatchedMs({ ...policy, quietWindowSeconds: 86_400 })).toBe(150_000);
  });

  it('begins again when the clock was set back, which hides how long nobody watched', () =>
    expect(checkAt(waiting(1_000, { writtenAtMs: now }), now - 3_600_000)).toMatchObject({
      quietSinceMs: now,
      quietBroken: { why: 'CLOCK_SET_BACK' },
    }));

  it('begins again when whoever watches was started again, however little time its clock shows since', () => {
    const gateway = inRotation('VERIFIED', { watchedAtMs: now - 1 });
    const { rotation } = recordAfter(transition(gateway, { kind: 'watch-again' }, now));
    expect(rotation).toMatchObject({ stage: 'DISTRIBUTED', quietBroken: { atMs: now, why: 'RESTARTED' } });
    expect(rotation).not.toHaveProperty('quietSinceMs');
    expect(rotation).not.toHaveProperty('watchedAtMs');
    expect(outcome(transition(inRotation('PROMOTED'), { kind: 'watch-again' }, now))).toBe('unchanged');
  });

  it('begins again when the clock was set forward', () =>
    expect(checkAt(waiting(1_000), now + 3_600_000)).toMatchObject({ quietSinceMs: now + 3_600_000 }));

  it('does not begin with a check that proves nothing', () => {
    const unproven = checkAt(waiting(1_000), now, false);
    expect(unproven).toMatchObject({ quietBroken: { why: 'RECORDING_NOT_PROVEN' } });
    expect(unproven).not.toHaveProperty('quietSinceMs');
    expect(unproven).not.toHaveProperty('watchedAtMs');
  });

  it('refuses to revoke on a window whose watcher has been away since, as after a restart', () => {
    const verified = inRotation('VERIFIED', { watchedAtMs: now - 150_001 });
    const verdict = judgeRevocation(verified, oneKit, now);
    expect(verdict).toMatchObject({ mayRevoke: false, blockers: [{ code: 'NOT_WATCHED' }] });
    const yes = { ...verdict, mayRevoke: true };
    const revoke = { kind: 'revoke', rotationId: r1, credentialIds: [a], readAt: 1, verdict: yes, ...by } as const;
    expect(outcome(transition(verified, revoke, now))).toBe('NOT_QUIET');
  });

  it('may be watched by two at once: a probe that is still under way breaks nothing, one that was forgotten does', () => {
    const { targetId } = inRotation('DISTRIBUTED').rotation ?? {};
    const arm = (armedAtMs: number) => {
      const under = { nonceHash: 'n1', credentialId: targetId ?? a, armedAtMs };
      const gateway = inRotation('DISTRIBUTED', {}, { probe: under });
      const command = { kind: 'arm-probe', rotationId: r1, nonceHash: 'n2', credentialId: targetId ?? a } as const;
      return recordAfter(transition(gateway, command, now)).rotation?.quietSinceMs;
    };
    expect(arm(now - 15_000)).toBe(now - 900_000);
    expect(arm(now - 15_001)).toBeUndefined();
  });

  it('knows its own write when the answer was lost', () => {
    const arm = { kind: 'arm-probe', rotationId: r1, nonceHash: 'n1', credentialId: a } as const;
    expect(outcome(transition(waiting(0), arm, now))).toBe('unchanged');
  });
});

describe('Evidence counts at the transition that it was read at', () => {
  it('outlives the notes of our own probes', () => {
    const noted = recordAfter(
      transition(waiting(0), { kind: 'quiet-checked', rotationId: r1, nonceHash: 'n1', recordingProven: true }, now),
    );
    expect(noted.revision).toBe(2);
    const verified = { kind: 'verified', rotationId: r1, readAt: 1, detail: {}, ...by } as const;
    expect(outcome(transition(noted, verified, now))).toBe('changed');
  });

  it('refuses what was read before any transition', () => {
    const held = recordAfter(transition(waiting(0), { kind: 'hold', rotationId: r1, ...by }, now));
    const verified = { kind: 'verified', rotationId: r1, readAt: 1, detail: {}, ...by } as const;
    expect(outcome(transition(held, verified, now))).toBe('NO_PROOF');
    const distributed = {
      kind: 'distributed',
      readAt: 0,
      rotationId: r1,
      generation: 2,
      kits: 1,
      failed: 0,
      ...by,
    } as const;
    expect(outcome(transition(inRotation('PROMOTED'), distributed, now))).toBe('NO_PROOF');
  });
});

describe('Time never runs back for a record', () => {
  it('is decided at the time of its last write when the clock shows an earlier one', () => {
    const gateway = inRotation('DISTRIBUTED', {}, { writtenAtMs: now });
    const held = recordAfter(transition(gateway, { kind: 'hold', rotationId: r1, ...by }, now - 3_600_000));
    expect(held.rotation?.held?.atMs).toBe(now);
    expect(held.writtenAtMs).toBe(now);
  });

  it('is a rule of every stage', () => {
    for (const stage of rotationStages) {
      const gateway = inRotation(stage, {}, { writtenAtMs: now });
      const held = recordAfter(transition(gateway, { kind: 'hold', rotationId: r1, ...by }, now - 1));
      expect(held.outbox.at(-1)?.atMs).toBe(now);
    }
  });
});
