import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Gateway, rotationStages } from '../../lambdas/domain/gateway.ts';
import { emptySummary, judgeRevocation } from '../../lambdas/domain/may-revoke.ts';
import { longestUnwatchedMs } from '../../lambdas/domain/policy.ts';
import type { QuietChecked } from '../../lambdas/domain/quiet-window.ts';
import { transition } from '../../lambdas/domain/transition.ts';
import { a, atPingOne, atRest, b, by, inRotation, now, outcome, r1, recordAfter } from './gateways.ts';

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

describe('Where PingOne shows the use, late by at most its lag', () => {
  const lagMs = 120_000;
  const { quietSinceMs: _, watchedAtMs: __, ...unwatched } = inRotation('DISTRIBUTED').rotation ?? nothing();
  const begun = { ...inRotation('DISTRIBUTED', {}, { authority: atPingOne }), rotation: unwatched };
  const look = (gateway: Gateway, atMs: number, seen: Partial<QuietChecked> = {}) =>
    recordAfter(transition(gateway, { kind: 'quiet-checked', rotationId: r1, recordingProven: true, ...seen }, atMs));
  /** Looks every 100 s from a time on, after the first one, until another. */
  const watchedFrom = (gateway: Gateway, fromMs: number, toMs: number, seen: Partial<QuietChecked> = {}) => {
    let next = gateway;
    for (let atMs = fromMs; atMs <= toMs; atMs += 100_000) next = look(next, atMs, seen);
    return next;
  };

  it('the window begins a lag after the first look: a use before it may not be shown yet', () =>
    expect(look(begun, now).rotation).toMatchObject({ quietSinceMs: now + lagMs, watchedAtMs: now }));

  it('counts no time before anybody looked, however long the last use is ago', () =>
    expect(look(begun, now, { lastUseMs: now - 9_000_000 }).rotation?.quietSinceMs).toBe(now + lagMs));

  it('begins again a lag after a use, and says so', () => {
    const quiet = watchedFrom(begun, now, now + 400_000);
    expect(quiet.rotation?.quietSinceMs).toBe(now + lagMs);
    expect(look(quiet, now + 500_000, { lastUseMs: now + 450_000 }).rotation).toMatchObject({
      quietSinceMs: now + 450_000 + lagMs,
      quietBroken: { atMs: now + 500_000, why: 'USED' },
    });
  });

  it('begins again, a lag later, after a look that could not read', () => {
    const broken = look(watchedFrom(begun, now, now + 400_000), now + 500_000, { recordingProven: false });
    expect(broken.rotation).toMatchObject({ quietBroken: { why: 'RECORDING_NOT_PROVEN' } });
    expect(broken.rotation).not.toHaveProperty('quietSinceMs');
    expect(look(broken, now + 600_000).rotation?.quietSinceMs).toBe(now + 600_000 + lagMs);
  });

  it('begins again, a lag later, after a pause that was too long and after a clock that went back', () => {
    const quiet = watchedFrom(begun, now, now + 400_000);
    expect(look(quiet, now + 400_000 + 150_001).rotation).toMatchObject({
      quietSinceMs: now + 550_001 + lagMs,
      quietBroken: { why: 'NOT_WATCHED' },
    });
    expect(look(quiet, now - 3_600_000).rotation).toMatchObject({
      quietSinceMs: now + 400_000 + lagMs,
      quietBroken: { why: 'CLOCK_SET_BACK' },
    });
  });

  it('is proven by a whole window of looks after it began, and not a moment earlier', () => {
    const atMs = now + lagMs + 900_000;
    const quiet = look(watchedFrom(begun, now, now + 1_000_000), atMs - 1);
    expect(judgeRevocation(quiet, oneKit, atMs - 1)).toMatchObject({
      mayRevoke: false,
      blockers: [{ code: 'NOT_QUIET', quietAtMs: atMs }],
    });
    expect(judgeRevocation(quiet, oneKit, atMs)).toMatchObject({ mayRevoke: true });
    expect(judgeRevocation(quiet, { ...oneKit, lastUseMs: now + 1 }, atMs)).toMatchObject({ mayRevoke: false });
  });

  it('a look needs no probe of ours, which PingOne would show as a use; a nonce of anybody changes nothing', () => {
    const armed = { ...begun, probe: { ...probe, nonceHash: 'of another' } };
    expect(look(armed, now).rotation?.quietSinceMs).toBe(now + lagMs);
  });

  it('a check without a nonce proves nothing where the policy check is ours, whether a probe was armed or not', () => {
    const check = { kind: 'quiet-checked', rotationId: r1, recordingProven: true } as const;
    expect(outcome(transition(inRotation('DISTRIBUTED', {}, { probe }), check, now))).toBe('NO_PROOF');
    expect(outcome(transition(inRotation('DISTRIBUTED'), check, now))).toBe('NO_PROOF');
  });

  it('a probe of ours is written down before it is sent, with the time until which it may be shown as a use', () => {
    const arm = { kind: 'arm-probe', rotationId: r1, nonceHash: 'n2', credentialId: b } as const;
    const armed = recordAfter(transition(inRotation('CREATED', {}, { authority: atPingOne }), arm, now));
    expect(armed.live.map(({ credentialId, probedUntilMs }) => [credentialId, probedUntilMs])).toEqual([
      [a, undefined],
      [b, now + 15_000],
    ]);
    const answered = { kind: 'accepted', rotationId: r1, credentialId: b, ...by } as const;
    const after = recordAfter(transition(armed, answered, now + 2_000));
    expect(after.live.at(-1)?.probedUntilMs).toBe(now + 2_000);
    const idle = { kind: 'arm-probe', nonceHash: 'n2', credentialId: a } as const;
    const atEase = recordAfter(transition(atRest({ authority: atPingOne }), idle, now));
    expect(atEase.live[0]?.probedUntilMs).toBe(now + 15_000);
    expect(recordAfter(transition(atRest(), idle, now)).live[0]).not.toHaveProperty('probedUntilMs');
  });

  it('no use is overlooked: quiet is never said with a use in the window that was watched, whatever the looks and the lag', () => {
    const rarely = fc.nat(19).map((one) => one === 0);
    const step = fc.record({
      afterMs: fc.integer({ min: 1_000, max: 151_000 }),
      used: rarely,
      fails: rarely,
      shownAfterMs: fc.nat(lagMs),
    });
    let quiet = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), (steps) => {
        const uses: { readonly atMs: number; readonly shownAtMs: number }[] = [];
        let nowMs = now;
        let gateway: Gateway = begun;
        for (const { afterMs, used, fails, shownAfterMs } of steps) {
          if (used) uses.push({ atMs: nowMs + 500, shownAtMs: nowMs + 500 + shownAfterMs });
          nowMs += afterMs;
          const shown = uses.filter(({ shownAtMs }) => shownAtMs <= nowMs).map(({ atMs }) => atMs);
          const lastUse = shown.length === 0 || fails ? {} : { lastUseMs: Math.max(...shown) };
          gateway = look(gateway, nowMs, { recordingProven: !fails, ...lastUse });
          if (!judgeRevocation(gateway, { ...oneKit, ...lastUse }, nowMs).mayRevoke) continue;
          quiet += 1;
          const fromMs = (gateway.rotation?.quietSinceMs ?? 0) - lagMs;
          const untilMs = nowMs - lagMs;
          expect(uses.filter(({ atMs }) => atMs > fromMs && atMs <= untilMs)).toEqual([]);
          expect(untilMs - fromMs).toBeGreaterThanOrEqual(900_000);
        }
      }),
      { numRuns: 500, seed: 20_261_126 },
    );
    expect(quiet).toBeGreaterThan(500);
  });
});

function nothing(): never {
  throw new Error('No rotation runs.');
}

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
