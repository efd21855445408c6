import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { credentialStatusOf, mayServeStale } from '../../lambdas/domain/credential-status.ts';
import { isRefusal } from '../../lambdas/domain/decision.ts';
import { type Gateway, liveCredential, propagationBoundMs, type Rotation } from '../../lambdas/domain/gateway.ts';
import type { CredentialId } from '../../lambdas/domain/ids.ts';
import { proofValidMs } from '../../lambdas/domain/revoke.ts';
import { transition } from '../../lambdas/domain/transition.ts';
import { isInWaves } from '../../lambdas/domain/waves.ts';
import { accepts, type Step, setRecording, type World } from './model.ts';
import { play, rotate, script, waveScript } from './model-script.ts';

/** How many random sequences each property sees; more with INVARIANT_RUNS, and FC_SEED repeats one run. */
const numRuns = Number(process.env.INVARIANT_RUNS ?? 2000);
const seed = process.env.FC_SEED === undefined ? {} : { seed: Number(process.env.FC_SEED) };

const always = (name: string, check: (world: World) => void, scripts = script): void => {
  it(name, { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(scripts, (one) => check(play(one))),
      { numRuns, ...seed },
    );
  });
};

const changed = (world: World): Step[] => world.steps.filter((step) => step.decision.kind === 'changed');
const ids = (gateway: Gateway): CredentialId[] => gateway.live.map((one) => one.credentialId);

/** `cause` is what is recorded; `ground` is what allowed it: a compromised credential may go before its time as any other may. */
type Revoked = {
  readonly step: Step;
  readonly credentialId: CredentialId;
  readonly cause: string;
  readonly ground: string;
};
const revocations = (world: World): Revoked[] =>
  changed(world).flatMap((step) =>
    step.after.revoked
      .filter((one) => liveCredential(step.before, one.credentialId))
      .map(({ credentialId, cause }) => ({ step, credentialId, cause, ground: groundOf(step, credentialId, cause) })),
  );
const groundOf = (step: Step, credentialId: CredentialId, cause: string): string => {
  if (cause !== 'COMPROMISED' || overdueAt(step, credentialId) || step.command.kind === 'evict') return cause;
  if (step.before.rotation?.forced) return 'FORCED';
  return step.handedOut.has(credentialId) ? 'RETIRED' : 'NEVER_DISTRIBUTED';
};
const same = (one: Rotation, other: Rotation | undefined): boolean =>
  one.rotationId === other?.rotationId && one.retireIds.join() === other.retireIds.join();
/** Past its time, or pressed at a time that a clock which was set back has not reached yet. */
const overdueAt = ({ before, clockMs, nowMs }: Step, id: CredentialId): boolean => {
  const compromised = liveCredential(before, id)?.compromised;
  return compromised !== undefined && (nowMs >= compromised.rejectAfterMs || clockMs < compromised.atMs - 5_000);
};

describe('the record, whatever happens', () => {
  always('invariant 1: no predecessor is revoked before its successor was accepted by the policy check', (world) => {
    for (const { step, credentialId, ground } of revocations(world)) {
      if (ground === 'COMPROMISED' || ground === 'NEVER_DISTRIBUTED') continue;
      const targetId = step.before.rotation?.targetId;
      expect(targetId, `successor of ${credentialId}`).toBeDefined();
      expect(step.accepted.has(targetId ?? credentialId)).toBe(true);
      expect(credentialStatusOf(step.after, targetId ?? credentialId, step.nowMs).kind).toBe('live');
      expect(step.after.currentCredentialId).toBe(targetId);
    }
  });

  always('invariant 1: what is current stays accepted until something else is, unless it is compromised', (world) => {
    for (const { after, nowMs } of world.steps) {
      const id = after.currentCredentialId;
      if (id === undefined) continue;
      const credentialStatus = credentialStatusOf(after, id, nowMs);
      if (credentialStatus.kind === 'live' || credentialStatus.kind === 'rejected') continue;
      expect(credentialStatus.kind).toBe('revoked');
      if (credentialStatus.kind === 'revoked') expect(credentialStatus.credential.cause).toBe('COMPROMISED');
    }
  });

  always('invariant 2: revoked means overdue, forced by a named person, never handed out, or proven', (world) => {
    for (const { step, credentialId, ground } of revocations(world)) {
      const { rotation } = step.before;
      if (ground === 'NEVER_DISTRIBUTED') expect(step.handedOut.has(credentialId)).toBe(false);
      else if (ground === 'COMPROMISED')
        expect(overdueAt(step, credentialId) || step.command.kind === 'evict').toBe(true);
      else if (ground === 'FORCED') expect(rotation?.forced?.actor).toBe('alice');
      else expect(step.truth).toBeDefined();
    }
  });

  always('invariant 2: a force cuts off nobody but those that its author was shown', (world) => {
    for (const { step, cause } of revocations(world)) {
      const { kitsHash } = step.before.rotation?.forced ?? {};
      if (cause !== 'FORCED' || kitsHash === undefined) continue;
      expect(world.shown.get(kitsHash)).toEqual(expect.arrayContaining([...(world.cutOff.get(step.command) ?? ['?'])]));
    }
  });

  always('invariant 2: a proven revocation finds every kit moved and a whole quiet window without use', (world) => {
    for (const { step, credentialId, ground } of revocations(world)) {
      if (ground !== 'RETIRED' || !step.truth) continue;
      const { truth } = step;
      expect(truth.kits).toBeGreaterThan(0);
      expect(truth.kitsThatDidNotMove).toEqual([]);
      const usedAtMs = truth.lastUseMs.get(credentialId);
      if (usedAtMs !== undefined)
        expect(truth.elapsedMs - usedAtMs).toBeGreaterThanOrEqual(step.before.policy.quietWindowSeconds * 1000);
      const turnedBackMs = step.turnedBackMs - truth.turnedBackMs;
      expect(step.elapsedMs - truth.elapsedMs).toBeLessThanOrEqual(proofValidMs + turnedBackMs);
    }
  });

  always('invariant 2: quiet that revokes was watched without a gap of more than 150 s', (world) => {
    for (const { step, ground } of revocations(world)) {
      if (ground !== 'RETIRED') continue;
      const proofs = changed(world)
        .filter(({ command, elapsedMs }) => command.kind === 'quiet-checked' && elapsedMs <= step.elapsedMs)
        .filter(({ command }) => command.kind === 'quiet-checked' && command.recordingProven)
        .map(({ elapsedMs }) => elapsedMs);
      const fromMs = step.elapsedMs - step.before.policy.quietWindowSeconds * 1000;
      const times = [...new Set([...proofs.filter((atMs) => atMs > fromMs - 150_000), step.elapsedMs])];
      for (const [index, atMs] of times.slice(1).entries())
        expect(atMs - (times[index] ?? 0)).toBeLessThanOrEqual(150_000);
      expect(Math.min(...times)).toBeLessThanOrEqual(fromMs + 150_000);
    }
  });

  always('invariant 2: nothing but what is overdue or makes room is revoked while the rotation is held', (world) => {
    for (const { step, ground } of revocations(world))
      if (step.before.rotation?.held && step.command.kind === 'revoke') expect(ground).toBe('COMPROMISED');
  });

  always('invariant 3: only the running rotation changes the record, and only a compromise replaces it', (world) => {
    for (const { before, command, after } of changed(world)) {
      if ('rotationId' in command && command.kind !== 'begin' && command.kind !== 'compromise')
        expect(command.rotationId).toBe(before.rotation?.rotationId);
      const replaced = before.rotation && after.rotation && before.rotation.rotationId !== after.rotation.rotationId;
      if (replaced) expect(command.kind).toBe('compromise');
      if (command.kind === 'begin') expect(before.rotation).toBeUndefined();
      const wasEnded = before.ended.some((one) => one.rotationId === after.rotation?.rotationId);
      expect(wasEnded).toBe(false);
    }
  });

  always('invariant 4: a rotation mints one credential at most', (world) => {
    const minted = new Map<string, Set<CredentialId>>();
    for (const { after } of world.steps)
      for (const { credentialId, origin } of after.live)
        if (origin.kind === 'minted')
          minted.set(origin.rotationId, (minted.get(origin.rotationId) ?? new Set()).add(credentialId));
    for (const [rotation, made] of minted) expect([rotation, made.size]).toEqual([rotation, 1]);
  });

  always(
    'invariant 4: a live credential leaves the record only as a revoked one, and there are five at most',
    (world) => {
      for (const { before, after } of world.steps) {
        expect(after.live.length).toBeLessThanOrEqual(5);
        expect(new Set(ids(after)).size).toBe(after.live.length);
        for (const id of ids(before))
          if (!liveCredential(after, id)) expect(after.revoked.map((one) => one.credentialId)).toContain(id);
        for (const one of before.revoked)
          if (one.confirmedAtMs === undefined)
            expect(after.revoked.map(({ credentialId }) => credentialId)).toContain(one.credentialId);
      }
    },
  );

  // Observations and announcements are repeated on purpose: a probe is armed anew, a check is read once, a change of kits is news.
  const observations = ['arm-probe', 'quiet-checked', 'kits-changed'];
  always('invariant 5: a command that was just done changes nothing when it is repeated', (world) => {
    for (const { command, after, nowMs } of changed(world)) {
      if (observations.includes(command.kind)) continue;
      expect([command.kind, transition(after, command, nowMs)]).toEqual([command.kind, { kind: 'unchanged' }]);
    }
  });

  always('invariant 5: whatever was interrupted, the rotation ends once everything answers and kits move', (world) => {
    setRecording(world, false);
    for (const one of world.kits) one.installFails = false;
    const { rotation } = world.gateway;
    if (!rotation || world.kits.length === 0) return;
    const { rotationId } = rotation;
    // A wave that was bad goes back and is held, and what was bad once more is held too: each is a person's to resume.
    for (let resumes = 0; resumes < 4; resumes++) {
      const resumed = transition(
        world.gateway,
        { kind: 'resume', rotationId, actor: 'alice', reason: 'go on' },
        world.nowMs,
      );
      if (resumed.kind === 'changed') world.gateway = resumed.gateway;
      rotate(world, 60, true);
    }
    const { rotation: still } = world.gateway;
    const noRoom = world.gateway.live.length >= 5 && still?.targetId === undefined;
    if (!noRoom) expect(still?.stage).toBeUndefined();
  });

  always('invariant 6: without a check that proves recording there is no quiet and nothing verified', (world) => {
    for (const { command, before, after } of changed(world)) {
      if (command.kind === 'quiet-checked' && !command.recordingProven)
        expect(after.rotation?.quietSinceMs).toBeUndefined();
      if (before.rotation?.quietSinceMs === undefined && after.rotation?.quietSinceMs !== undefined)
        expect(command.kind === 'quiet-checked' && command.recordingProven).toBe(true);
    }
    for (const { step, ground } of revocations(world))
      if (ground === 'RETIRED') {
        expect(step.before.rotation?.stage).toBe('VERIFIED');
        expect(step.before.rotation?.quietSinceMs).toBeDefined();
      }
  });

  always(
    'invariant 6, waves: the next one opens only when the kits of the one before it really moved, presented nothing bad, and were watched for its time',
    (world) => {
      for (const step of changed(world)) {
        const { before, command } = step;
        const { waves } = before.rotation ?? {};
        if (command.kind !== 'open-wave' || waves?.phase !== 'OPEN' || command.number === waves.number) continue;
        // Its kits, some of which may have left the registry, each moved, and none presented garbage since it was given the credential.
        expect(command.look && world.waveTruths.get(command.look)).toEqual({ notMoved: [], spoilt: [] });
        const { bakingSinceMs = Number.POSITIVE_INFINITY } = waves;
        const bakeMs = (waves.plan[waves.number - 1]?.bakeSeconds ?? 0) * 1000;
        expect(step.nowMs - bakingSinceMs).toBeGreaterThanOrEqual(bakeMs);
        const proofs = changed(world).filter(
          ({ command: one, nowMs }) =>
            one.kind === 'quiet-checked' && one.recordingProven && nowMs >= bakingSinceMs && nowMs <= step.nowMs,
        );
        const times = [...proofs.map(({ nowMs }) => nowMs), step.nowMs];
        for (const [index, atMs] of times.slice(1).entries())
          expect(atMs - (times[index] ?? 0)).toBeLessThanOrEqual(150_000);
      }
    },
    waveScript,
  );

  always(
    'waves: one goes back by itself at most once in a rotation, and then the rotation is held',
    (world) => {
      const backs = new Map<string, number>();
      for (const { before, after, command } of changed(world)) {
        const { rotation } = after;
        if (rotation?.waves?.phase === 'GOING_BACK' && before.rotation?.waves?.phase === 'OPEN')
          backs.set(rotation.rotationId, (backs.get(rotation.rotationId) ?? 0) + 1);
        if (command.kind === 'wave-returned') expect(rotation?.held).toBeDefined();
      }
      for (const count of backs.values()) expect(count).toBe(1);
    },
    waveScript,
  );

  always(
    'invariant 2, waves: nothing is retired while one that is not the last is open, and a compromise knows none',
    (world) => {
      for (const { step, ground } of revocations(world))
        if (isInWaves(step.before.rotation)) expect(['COMPROMISED', 'NEVER_DISTRIBUTED']).toContain(ground);
      for (const { after } of world.steps)
        if (after.rotation?.trigger === 'compromise' || after.rotation?.rolledBack)
          expect(after.rotation.waves).toBeUndefined();
    },
    waveScript,
  );

  always('invariant 7: a doomed credential dies on time, and nothing gives it more', (world) => {
    for (const { command, before, after, nowMs } of world.steps) {
      for (const one of before.live) {
        const doomed = liveCredential(after, one.credentialId)?.compromised?.rejectAfterMs;
        if (!one.compromised) continue;
        expect(credentialStatusOf(before, one.credentialId, one.compromised.rejectAfterMs).kind).toBe('rejected');
        if (liveCredential(after, one.credentialId))
          expect(doomed ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(one.compromised.rejectAfterMs);
      }
      if (after.rotation?.rolledBack)
        expect(liveCredential(after, after.rotation.targetId)?.compromised).toBeUndefined();
      const press = command.kind === 'compromise' ? after.presses.at(-1) : undefined;
      if (command.kind === 'compromise' && press?.requestId === command.requestId && before !== after)
        for (const id of press.credentialIds)
          expect(liveCredential(after, id)?.compromised?.rejectAfterMs).toBeLessThanOrEqual(
            nowMs + command.rejectWithinSeconds * 1000,
          );
    }
  });

  always('invariant 7: what is compromised stays so in the record, whatever it was revoked on', (world) => {
    for (const { step, credentialId, cause } of revocations(world))
      if (liveCredential(step.before, credentialId)?.compromised) expect(cause).toBe('COMPROMISED');
      else expect(cause).not.toBe('COMPROMISED');
  });

  always('invariant 11: what a rotation retires is what its last entry that says so names', (world) => {
    for (const { before, after } of changed(world)) {
      const { rotation } = after;
      if (!rotation || same(rotation, before.rotation)) continue;
      expect(after.outbox.at(-1)).toMatchObject({
        rotationId: rotation.rotationId,
        detail: { retires: rotation.retireIds },
      });
    }
  });

  always('invariant 7: every doomed credential of a running rotation is on its way out', (world) => {
    for (const { after } of world.steps) {
      if (!after.rotation) continue;
      for (const one of after.live) if (one.compromised) expect(after.rotation.retireIds).toContain(one.credentialId);
    }
  });

  always('invariant 8: confirmed means seen refused after the bound, when no copy can still say yes', (world) => {
    for (const { command, before, after, nowMs } of changed(world)) {
      if (command.kind !== 'confirm') continue;
      const one = before.revoked.find((revoked) => revoked.credentialId === command.credentialId);
      const revokedAtMs = one?.revokedAtMs ?? Number.POSITIVE_INFINITY;
      expect(command.refusedAtMs).toBeGreaterThanOrEqual(revokedAtMs + propagationBoundMs(after, revokedAtMs));
      const copies = world.steps.filter((step) => step.before !== step.after && step.after.revision <= after.revision);
      // A copy read before the clock was set back carries a later time than the revocation: no clock tells its age.
      for (const copy of copies)
        if (copy.nowMs <= revokedAtMs && liveCredential(copy.before, command.credentialId))
          expect(mayServeStale(copy.before, command.credentialId, copy.nowMs, nowMs)).toBe(false);
    }
  });

  always('invariant 10: a credential that is not ours is never revoked by us', (world) => {
    for (const { step, credentialId } of revocations(world))
      expect(liveCredential(step.before, credentialId)?.origin.kind).not.toBe('foreign');
  });

  always(
    'invariant 11: every transition is recorded once, with who, when and why, in the write that makes it',
    (world) => {
      for (const { before, command, decision, after, nowMs } of world.steps) {
        if (decision.kind !== 'changed') {
          expect(after).toBe(before);
          continue;
        }
        expect(after.revision).toBe(before.revision + 1);
        const added = after.outbox.slice(before.outbox.length);
        expect(after.outbox.slice(0, before.outbox.length)).toEqual(before.outbox);
        const isObservation = ['arm-probe', 'quiet-checked', 'watch-again', 'note-mint'].includes(command.kind);
        expect(added.length).toBe(isObservation ? 0 : 1);
        for (const entry of added) {
          expect([entry.revision, entry.kind, entry.atMs]).toEqual([after.revision, command.kind, nowMs]);
          expect(entry.actor && entry.reason).toBeTruthy();
        }
      }
    },
  );

  it('the sequences reach every kind of ending', () => {
    const reached = new Set<string>();
    for (const one of fc.sample(script, { numRuns: 5000, seed: 1 })) {
      const world = play(one);
      for (const { cause } of revocations(world)) reached.add(cause);
      for (const { command } of changed(world)) reached.add(command.kind);
      for (const { decision } of world.steps) if (isRefusal(decision)) reached.add(decision.code);
      for (const { after } of world.steps) for (const ended of after.ended) reached.add(ended.outcome);
      if (world.gateway.live.some((live) => accepts(world, live.credentialId))) reached.add('accepting');
    }
    const wanted = [
      ...['RETIRED', 'FORCED', 'COMPROMISED', 'NEVER_DISTRIBUTED'],
      ...['COMPLETED', 'COMPLETED_BY_FORCE', 'ROLLED_BACK', 'FAILED', 'PREEMPTED', 'accepting'],
      ...[
        'evict',
        'adopt',
        'confirm',
        'complete',
        'roll-back',
        'force',
        'drop-force',
        'hold',
        'extend',
        'invalidate-evidence',
        'open-wave',
        'wave-bad',
        'wave-returned',
      ],
      ...['SUPERSEDED', 'HELD', 'WRONG_STAGE', 'ROTATION_RUNNING', 'COMPROMISED', 'TOO_MANY_LIVE'],
    ];
    expect(wanted.filter((one) => !reached.has(one))).toEqual([]);
  });
});
