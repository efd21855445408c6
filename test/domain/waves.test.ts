import { describe, expect, it } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import type { KitId } from '../../lambdas/domain/ids.ts';
import type { Kit, Use } from '../../lambdas/domain/kit.ts';
import { nextStage } from '../../lambdas/domain/next-stage.ts';
import { type Command, transition } from '../../lambdas/domain/transition.ts';
import type { Waves } from '../../lambdas/domain/wave.ts';
import { type Candidate, candidateOf, chooseKits } from '../../lambdas/domain/wave-candidates.ts';
import { lookAtShard, noLook, type WaveLook } from '../../lambdas/domain/wave-look.ts';
import { judgeWave } from '../../lambdas/domain/wave-verdict.ts';
import { dueCredential, isInWaves } from '../../lambdas/domain/waves.ts';
import { a, atPingOne, b, by, inRotation, live, now, outcome, r1, r2, recordAfter } from './gateways.ts';

const plan = [{ kits: 1, bakeSeconds: 600 }, { percent: 10, bakeSeconds: 3600 }, { percent: 100 }];
const withPlan = (gateway: Gateway): Gateway => ({ ...gateway, policy: { ...gateway.policy, waves: plan } });

/** Rotation r1 in its first wave, which has baked for exactly its time and is watched. */
const inWave = (waves: Partial<Waves> = {}, rotation: object = {}): Gateway =>
  withPlan(
    inRotation('PROMOTED', {
      watchedAtMs: now - 60_000,
      waves: {
        ...{ plan, number: 1, phase: 'OPEN', openedAtMs: now - 700_000, kits: 1, failedChecks: 0 },
        ...{ bakingSinceMs: now - 600_000, ...waves },
      },
      ...rotation,
    }),
  );
const good: WaveLook = { ...noLook(1), kits: 1, observed: 1, leastRecentMs: now - 1 };
const sign = {
  ...{ kitId: 'kit-0' as KitId, owner: 'team', source: '10.0.0.1', code: 'CREDENTIAL_MALFORMED' as const },
  atMs: now - 1_000,
};
const bad: WaveLook = { ...good, refused: 1, named: [sign] };

const ofRotation = { rotationId: r1, ...by };
const openWave = (gateway: Gateway, more: object = {}): Command => ({
  ...{ kind: 'open-wave', readAt: gateway.transitionRevision, number: 2, kits: 3, failedChecks: 0, look: good },
  ...ofRotation,
  ...more,
});
const waveBad = (gateway: Gateway, look = bad): Command => ({
  kind: 'wave-bad',
  readAt: gateway.transitionRevision,
  look,
  ...ofRotation,
});
const waveReturned = (gateway: Gateway): Command => ({
  ...{ kind: 'wave-returned', readAt: gateway.transitionRevision, number: 1, kits: 1 },
  generation: gateway.generation,
  ...ofRotation,
});
const returned = (): Gateway => {
  const back = recordAfter(transition(inWave(), waveBad(inWave()), now));
  return recordAfter(transition(back, waveReturned(back), now));
};

describe('A rotation in waves', () => {
  const promote = (gateway: Gateway): Gateway =>
    recordAfter(transition(gateway, { kind: 'promoted', credentialId: b, ...ofRotation }, now));

  it('begins with promotion, where the policy says so', () => {
    const { rotation } = promote(withPlan(inRotation('PROMOTING')));
    expect(rotation?.waves).toEqual({ plan, number: 1, phase: 'TO_OPEN' });
    expect(promote(inRotation('PROMOTING')).rotation?.waves).toBeUndefined();
  });

  it.each([
    ['a compromise', { trigger: 'compromise' }, {}],
    ['a first credential', { trigger: 'bootstrap' }, {}],
    ['a roll-back', { rolledBack: { actor: 'alice', reason: 'because', atMs: now } }, {}],
    ['kits that call PingOne', {}, { authority: atPingOne }],
    ['nothing to go back to', { fromCredentialId: undefined }, {}],
    ['a value to go back to that is lost', {}, { live: [live('c-a', { versionId: undefined }), live('c-b')] }],
  ] as const)('knows no waves with %s', (_, rotation, gateway) => {
    expect(
      promote(withPlan(inRotation('PROMOTING', rotation as never, gateway as never))).rotation?.waves,
    ).toBeUndefined();
  });

  it('loses them to a compromise and to a roll-back in the middle of a wave', () => {
    const press = { kind: 'compromise', requestId: 'p', rotationId: r2, rejectWithinSeconds: 60 } as const;
    const pressed = recordAfter(transition(inWave(), { ...press, credentialIds: [a], ...by }, now));
    expect(pressed.rotation).toMatchObject({ rotationId: r2, targetId: b, stage: 'PROMOTED' });
    expect(pressed.rotation?.waves).toBeUndefined();
    expect(nextStage(pressed, now)).toBe('DistributeCredential');
    const rolled = recordAfter(transition(inWave(), { kind: 'roll-back', ...ofRotation }, now));
    expect(rolled.rotation?.waves).toBeUndefined();
  });

  it('is at VerifyKits until the last wave is open, and is not distributed before', () => {
    expect(nextStage(inWave(), now)).toBe('VerifyKits');
    const distributed = { kind: 'distributed', generation: 2, kits: 1, failed: 0, ...ofRotation } as const;
    const readAt = inWave().transitionRevision;
    expect(outcome(transition(inWave(), { ...distributed, readAt }, now))).toBe('WRONG_STAGE');
    const last = inWave({ number: 3 });
    expect(nextStage(last, now)).toBe('DistributeCredential');
    expect(outcome(transition(last, { ...distributed, readAt }, now))).toBe('changed');
  });

  it('gives the credential to the kits of open waves only; a kit that nobody chose is in the last', () => {
    const { rotation } = inWave({ number: 2 });
    if (!rotation) throw new Error('No rotation runs.');
    const due = (number?: number, of = r1) =>
      dueCredential(rotation, number === undefined ? {} : { wave: { rotationId: of, number } });
    expect([due(1), due(2), due(3), due(), due(1, r2)]).toEqual([b, b, undefined, undefined, undefined]);
    const back = { ...rotation, waves: { ...rotation.waves, phase: 'GOING_BACK' } as Waves };
    const dueBack = (number: number) => dueCredential(back, { wave: { rotationId: r1, number } });
    expect([dueBack(1), dueBack(2), dueBack(3)]).toEqual([b, a, undefined]);
    expect(dueCredential({ ...rotation, waves: { ...rotation.waves, number: 3 } as Waves }, {})).toBe(b);
  });
});

describe('The next wave', () => {
  it('opens on the evidence of the one before it, and says it with its numbers', () => {
    const opened = recordAfter(transition(inWave(), openWave(inWave()), now));
    expect(opened.rotation?.waves).toEqual({
      ...{ plan, number: 2, phase: 'OPEN', openedAtMs: now, kits: 3, failedChecks: 0 },
    });
    expect(opened.outbox.at(-1)).toMatchObject({
      kind: 'open-wave',
      detail: { wave: 2, of: 3, kits: 3, proven: { wave: 1, kits: 1, observed: 1, bakedSeconds: 600 } },
    });
    expect(outcome(transition(opened, openWave(inWave()), now))).toBe('unchanged');
  });

  it.each([
    ['a kit that is not observed', good, {}, { observed: 0 }],
    ['no kit at all in a look that has some', good, {}, { kits: 2 }],
    ['a refused value', good, {}, { refused: 1, named: [sign] }],
    ['a rise of failed checks', good, {}, { failedChecks: 1 }],
    ['a bake that is a second short', good, { bakingSinceMs: now - 599_000 }, {}],
    ['no bake', good, { bakingSinceMs: undefined }, {}],
    ['a kit that was not used since it began to bake', good, {}, { leastRecentMs: now - 600_000 }],
    ['a look at another wave', good, {}, { number: 2 }],
  ] as const)('refuses to open with %s', (_, look, waves, changes) => {
    const gateway = inWave(waves as Partial<Waves>);
    expect(outcome(transition(gateway, openWave(gateway, { look: { ...look, ...changes } }), now))).toBe('NO_PROOF');
  });

  it('refuses to open without a look, while nobody watches, on an older record, held, or going back', () => {
    const unwatched = inWave({}, { watchedAtMs: now - 151_000 });
    expect(outcome(transition(unwatched, openWave(unwatched), now))).toBe('NO_PROOF');
    expect(outcome(transition(inWave(), openWave(inWave(), { look: undefined }), now))).toBe('NO_PROOF');
    expect(outcome(transition(inWave(), openWave(inWave(), { readAt: 0 }), now))).toBe('NO_PROOF');
    const held = inWave({}, { held: { ...by, atMs: now } });
    expect(outcome(transition(held, openWave(held), now))).toBe('HELD');
    const back = inWave({ phase: 'GOING_BACK' });
    expect(outcome(transition(back, openWave(back), now))).toBe('WRONG_STAGE');
    expect(outcome(transition(inWave(), openWave(inWave(), { kits: 0 }), now))).toBe('WRONG_STAGE');
    expect(outcome(transition(inWave(), openWave(inWave(), { number: 4 }), now))).toBe('WRONG_STAGE');
  });

  it('allows as many failed checks as there were before', () => {
    const gateway = inWave({ failedChecks: 1 });
    expect(judgeWave(gateway, { ...good, failedChecks: 1 }, now).kind).toBe('READY');
  });

  it('is chosen anew when its kits left the registry', () => {
    const gateway = inWave();
    const again = openWave(gateway, { number: 1, kits: 2, look: noLook(1) });
    expect(recordAfter(transition(gateway, again, now)).rotation?.waves).toMatchObject({ number: 1, kits: 2 });
  });
});

describe('A wave bakes', () => {
  const check = (gateway: Gateway, wave: WaveLook | undefined, more: object = {}, atMs = now): Waves | undefined => {
    const armed = { ...gateway, probe: { nonceHash: 'n', credentialId: b, armedAtMs: atMs } };
    const checked = { kind: 'quiet-checked', rotationId: r1, nonceHash: 'n', recordingProven: true, ...more } as const;
    return recordAfter(transition(armed, { ...checked, ...(wave ? { wave } : {}) }, atMs)).rotation?.waves;
  };

  it('from the first good look on, while looks are good and the watch has no gap', () => {
    const fresh = inWave({ bakingSinceMs: undefined } as never);
    expect(check(fresh, good)?.bakingSinceMs).toBe(now);
    expect(check(inWave(), good)?.bakingSinceMs).toBe(now - 600_000);
    expect(check(inWave(), undefined)?.bakingSinceMs).toBe(now - 600_000);
  });

  it('anew after a look that is not good, a gap, a probe that was not recorded, a clock set back, a restart', () => {
    expect(check(inWave(), { ...good, observed: 0 })?.bakingSinceMs).toBeUndefined();
    expect(check(inWave({}, { watchedAtMs: now - 151_000 }), good)?.bakingSinceMs).toBe(now);
    expect(check(inWave({}, { watchedAtMs: now - 151_000 }), undefined)?.bakingSinceMs).toBeUndefined();
    expect(check(inWave(), good, { recordingProven: false })?.bakingSinceMs).toBeUndefined();
    expect(check({ ...inWave(), writtenAtMs: now + 6_000 }, good)?.bakingSinceMs).toBe(now + 6_000);
    const restarted = recordAfter(transition(inWave(), { kind: 'watch-again' }, now));
    expect(restarted.rotation?.waves?.bakingSinceMs).toBeUndefined();
  });

  it('shows since when more requests through its kits fail, until they do not', () => {
    const risen = { ...good, failedChecks: 1 };
    expect(check(inWave(), risen)?.risenSinceMs).toBe(now);
    expect(check(inWave({ risenSinceMs: now - 60_000 }), risen)?.risenSinceMs).toBe(now - 60_000);
    expect(check(inWave({ risenSinceMs: now - 60_000 }), good)?.risenSinceMs).toBeUndefined();
  });
});

describe('A bad wave', () => {
  it('goes back by itself, with the evidence in the record', () => {
    const back = recordAfter(transition(inWave(), waveBad(inWave()), now));
    expect(back.rotation).toMatchObject({
      generation: 3,
      waves: { number: 1, phase: 'GOING_BACK', wentBack: { wave: 1, atMs: now } },
    });
    expect(back.rotation?.held).toBeUndefined();
    expect(back.generation).toBe(3);
    expect(back.rotation?.waves?.wentBack?.why).toBe(
      'kit kit-0 presented a malformed value from 10.0.0.1 at 1970-01-24T03:33:19.000Z',
    );
    expect(back.outbox.at(-1)).toMatchObject({
      kind: 'wave-bad',
      credentialIds: [a],
      detail: { wave: 1, of: 3, goesBack: true, refused: 1, named: [sign] },
    });
    expect(nextStage(back, now)).toBe('VerifyKits');
    expect(outcome(transition(back, waveBad(inWave()), now))).toBe('unchanged');
  });

  it('is one with a rise of failed checks that lasts a minute', () => {
    const risen = { ...good, failedChecks: 1 };
    expect(judgeWave(inWave({ risenSinceMs: now - 59_000 }), risen, now).kind).toBe('WAIT');
    expect(judgeWave(inWave({ risenSinceMs: now - 60_000 }), risen, now)).toEqual({
      kind: 'BAD',
      why: 'requests through 1 of 1 kit fail, through 0 did before',
    });
  });

  it('refuses to be called bad without a sign', () => {
    expect(outcome(transition(inWave(), waveBad(inWave(), good), now))).toBe('NO_PROOF');
    expect(outcome(transition(inWave(), { ...waveBad(inWave()), readAt: 0 } as Command, now))).toBe('NO_PROOF');
  });

  it('is held when every kit has the old credential again, in the write that says so', () => {
    const gateway = returned();
    expect(gateway.rotation?.held).toEqual({ ...by, atMs: now });
    expect(gateway.rotation?.waves).toMatchObject({ number: 1, phase: 'TO_OPEN', wentBack: { wave: 1 } });
    expect(nextStage(gateway, now)).toBe('RotationHeld');
    const back = recordAfter(transition(inWave(), waveBad(inWave()), now));
    expect(outcome(transition(gateway, waveReturned(back), now))).toBe('unchanged');
    expect(outcome(transition(back, { ...waveReturned(back), generation: 2 } as Command, now))).toBe('WRONG_STAGE');
  });

  it('is tried again when a person resumes it, and goes back no second time: it is held', () => {
    const resumed = recordAfter(transition(returned(), { kind: 'resume', ...ofRotation }, now));
    expect(nextStage(resumed, now)).toBe('VerifyKits');
    const open = recordAfter(transition(resumed, openWave(resumed, { number: 1, kits: 1, look: undefined }), now));
    expect(open.rotation?.waves).toMatchObject({ number: 1, phase: 'OPEN', openedAtMs: now });
    const again = { ...bad, named: [{ ...sign, atMs: now + 1 }] };
    const held = recordAfter(transition(open, waveBad(open, again), now + 2));
    expect(held.rotation).toMatchObject({ held: { atMs: now + 2 }, generation: open.generation });
    expect(held.rotation?.waves).toMatchObject({ phase: 'OPEN', isBadAgain: true });
    expect(held.outbox.at(-1)).toMatchObject({ kind: 'wave-bad', detail: { goesBack: false } });
    expect(outcome(transition(held, waveBad(open, again), now + 3))).toBe('unchanged');
  });

  it('that was held once more is judged by what comes after a person resumed it', () => {
    const held = inWave({ isBadAgain: true, wentBack: { wave: 1, atMs: 1, why: 'x' } }, { held: { ...by, atMs: now } });
    const resumed = recordAfter(transition(held, { kind: 'resume', ...ofRotation }, now + 5_000));
    expect(resumed.rotation?.waves).toMatchObject({ openedAtMs: now + 5_000 });
    expect(resumed.rotation?.waves?.isBadAgain).toBeUndefined();
    const plainly = recordAfter(
      transition(inWave({}, { held: { ...by, atMs: now } }), { kind: 'resume', ...ofRotation }, now),
    );
    expect(plainly.rotation?.waves?.openedAtMs).toBe(now - 700_000);
  });

  it('is held at once when there is nothing left to go back to', () => {
    const gateway = { ...inWave(), live: [live('c-a', { versionId: undefined }), live('c-b')] };
    const held = recordAfter(transition(gateway, waveBad(gateway), now));
    expect(held.rotation).toMatchObject({ held: { atMs: now }, waves: { phase: 'OPEN' } });
  });
});

const kit = (name: string, more: Partial<Kit> = {}): Kit => ({
  ...{ gatewayId: 'shop' as never, kitId: name as KitId, kind: 'kong', owner: 'team', settings: {} },
  traits: { installedBy: 'us', readBackProves: 'store', propagationSeconds: 0 },
  ...{ lookBackSeconds: 3600, registeredAtMs: 0 },
  wave: { rotationId: r1, number: 1 },
  work: {
    ...{ rotationId: r1, generation: 2, credentialId: b, state: 'INSTALLED', attempts: 1 },
    changedAtMs: now - 10_000,
  },
  ...more,
});
const use = (more: Partial<Use> = {}): Use => ({
  ...{ credentialId: b, kitId: 'kit-0', address: '10.0.0.1', firstUsedAtMs: now - 5_000, lastUsedAtMs: now - 1_000 },
  ...more,
});

describe('A look at a wave', () => {
  const look = (given: Kit, uses: readonly Use[]): WaveLook => {
    const { rotation } = inWave({ openedAtMs: now - 20_000 });
    if (!isInWaves(rotation)) throw new Error('No wave is open.');
    const evidence = { kind: 'observed', atMs: now - 1_000 } as const;
    const verdict = { kind: 'UPDATED', kitId: given.kitId, owner: 'team', evidence } as const;
    return lookAtShard(rotation, [given], [verdict], () => uses);
  };
  const refused = (atMs: number) => ({ refused: { code: 'CREDENTIAL_UNKNOWN', atMs } as const });

  it('counts its observed kits, and no others', () => {
    expect(look(kit('kit-0'), [use()])).toEqual({
      ...noLook(1),
      kits: 1,
      observed: 1,
      updated: 1,
      leastRecentMs: now - 1_000,
    });
    expect(look(kit('kit-0', { wave: { rotationId: r1, number: 2 } }), [use()])).toEqual(noLook(1));
  });

  it('sees what was refused since the kit was given the credential, once a source', () => {
    const uses = [use(refused(now - 10_000)), use({ credentialId: a, ...refused(now - 10_000) })];
    expect(look(kit('kit-0'), uses)).toMatchObject({ refused: 1, named: [{ kitId: 'kit-0', source: '10.0.0.1' }] });
    expect(look(kit('kit-0'), [use(refused(now - 10_001))]).refused).toBe(0);
  });

  it('does not see what was refused before the wave was opened, or from a source that is gone', () => {
    const again = kit('kit-0', {
      work: { ...(kit('kit-0').work as never as object), changedAtMs: now - 90_000 } as never,
    });
    expect(look(again, [use(refused(now - 20_001))]).refused).toBe(0);
    const gone = { source: '10.0.0.1', actor: 'alice', reason: 'gone', atMs: now };
    expect(look(kit('kit-0', { retiredSources: [gone] }), [use(refused(now - 1))]).refused).toBe(0);
  });
});

describe('The kits of a wave', () => {
  const candidate = (name: string, more: Partial<Candidate> = {}): Candidate => ({
    ...{ kitId: name as KitId, isCanary: false, sources: 1, lastUseMs: now, ...more },
  });
  const names = (chosen: readonly Candidate[]): string[] => chosen.map(({ kitId }) => kitId);

  it('are canaries first, then those with the fewest sources, of these the one used last', () => {
    const candidates = [
      candidate('busy', { sources: 9 }),
      candidate('canary', { sources: 99, isCanary: true }),
      candidate('long-ago', { lastUseMs: 1 }),
      candidate('small'),
    ];
    const all = chooseKits([{ kits: 4, bakeSeconds: 1 }, { percent: 100 }], 1, candidates);
    expect(names(all.chosen)).toEqual(['canary', 'small', 'long-ago', 'busy']);
  });

  it('are counted with those before them, in kits or in percent of all, rounded up', () => {
    const eleven = Array.from({ length: 11 }, (_, n) => candidate(`kit-${n}`, n === 0 ? { wave: 1 } : {}));
    expect(chooseKits(plan, 2, eleven).chosen).toHaveLength(1);
    expect(chooseKits(plan, 1, eleven)).toMatchObject({ chosen: [{ kitId: 'kit-0' }], added: [] });
  });

  it('stay those that were chosen before a crash, whoever is busy now', () => {
    const before = [candidate('marked', { wave: 1, sources: 50 }), candidate('small')];
    expect(names(chooseKits(plan, 1, before).chosen)).toEqual(['marked']);
  });

  it('are none that could not be observed: idle ones without a probeUrl, and those that owners install', () => {
    const recent = [use({ kitId: 'x' })];
    expect(candidateOf(kit('x'), recent, undefined, now)).toMatchObject({ sources: 1, lastUseMs: now - 1_000 });
    expect(candidateOf(kit('x'), [], undefined, now).last).toBe('IDLE');
    expect(candidateOf(kit('x', { probeUrl: 'https://x' }), [], undefined, now).last).toBeUndefined();
    const traits = { installedBy: 'owner', readBackProves: 'nothing', propagationSeconds: 0 } as const;
    expect(candidateOf(kit('x', { traits }), recent, undefined, now).last).toBe('OWNER_INSTALLS');
    expect(chooseKits(plan, 1, [candidate('idle', { last: 'IDLE', isCanary: true })]).chosen).toEqual([]);
  });
});
