import { describe, expect, it } from 'vitest';
import { escalationDue, flushed } from '../../lambdas/domain/attempt.ts';
import { type Gateway, liveCredential, rotationStages } from '../../lambdas/domain/gateway.ts';
import { nextStage } from '../../lambdas/domain/next-stage.ts';
import { shardOf } from '../../lambdas/domain/shards.ts';
import { type Command, transition } from '../../lambdas/domain/transition.ts';
import { a, atRest, b, by, inRotation, live, now, outcome, r1, r2, recordAfter } from './gateways.ts';
import { credentialId } from './model.ts';

const of = { rotationId: r1, ...by };
const held = { held: { ...by, atMs: 1 } };
const forced = { forced: { ...by, atMs: 1 } };
const give = (gateway: Gateway, command: Command, atMs = now) => transition(gateway, command, atMs);
const code = (gateway: Gateway, command: Command, atMs = now): string => outcome(give(gateway, command, atMs));

const verdict = { atMs: now, mayRevoke: true, targetId: b, blockers: [] };
const revoke: Command = { kind: 'revoke', credentialIds: [a], readAt: 1, verdict, ...of };
const begin: Command = { kind: 'begin', rotationId: r2, trigger: 'manual', ...by };
const created: Command = { kind: 'created', credentialId: b, digest: 'digest of c-b', versionId: 'v-c-b', ...of };
const doomed = { compromised: { atMs: 0, rejectAfterMs: now } };
const early = { compromised: { atMs: 0, rejectAfterMs: now + 1 } };
const dying = inRotation('BEGUN', held, { live: [live('c-a', doomed)] });
const revoked = recordAfter(give(inRotation('VERIFIED'), revoke));
const confirm: Command = { kind: 'confirm', credentialId: a, refusedAtMs: now, ...by };
const complete: Command = { kind: 'complete', ...of };
const five = ['c-a', 'c-2', 'c-3', 'c-4', 'c-5'].map((id) => live(id));

const sevenTimes = (text: string): readonly string[] => rotationStages.map(() => text);

describe('a secret that was recovered', () => {
  const recovered = { kind: 'recover', secretArn: 'another', currentVersionId: 'v-new', lostIds: [a], ...by } as const;

  it('is the one that the record names, and what is lost in it is live and nothing to go back to', () => {
    const after = recordAfter(give(atRest(), recovered));
    expect(after).toMatchObject({
      secretArn: 'another',
      currentVersionId: 'v-new',
      live: [{ credentialId: a, stage: 'RETIRING' }],
    });
    expect(after.currentCredentialId).toBeUndefined();
    const rotation = recordAfter(give(after, begin)).rotation;
    expect(rotation).toMatchObject({ retireIds: [a] });
    expect(rotation?.fromCredentialId).toBeUndefined();
    expect(code(after, recovered)).toBe('unchanged');
  });

  it('keeps what is current when its value was found', () => {
    const after = recordAfter(give(atRest(), { ...recovered, lostIds: [] }));
    expect(after.currentCredentialId).toBe(a);
    expect(after.live).toMatchObject([{ stage: 'CURRENT' }]);
  });
});

describe('an operator, at each stage', () => {
  const extend: Command = { kind: 'extend', deadlineAtMs: now + 1_000_001, ...of };
  const force: Command = { kind: 'force', kits: 1, kitsHash: 'hash', ...of };
  const table: Record<string, readonly [Command, readonly string[]]> = {
    hold: [{ kind: 'hold', ...of }, sevenTimes('changed')],
    resume: [{ kind: 'resume', ...of }, sevenTimes('unchanged')],
    extend: [extend, sevenTimes('changed')],
    'roll-back': [{ kind: 'roll-back', ...of }, sevenTimes('changed')],
    force: [force, [...sevenTimes('WRONG_STAGE').slice(2), 'changed', 'changed']],
    fail: [{ kind: 'fail', ...of }, sevenTimes('changed')],
  };
  const rows = Object.entries(table).flatMap(([name, [command, outcomes]]) =>
    rotationStages.map((stage, at) => [name, stage, outcomes[at] ?? '', command] as const),
  );
  it.each(rows)('%s at %s: %s', (_, stage, expected, command) => {
    expect(code(inRotation(stage), command)).toBe(expected);
  });
  it.each(['hold', 'resume', 'fail', 'roll-back'] as const)('refuses to %s a rotation that does not run', (kind) => {
    expect(code(atRest(), { kind, ...of })).toBe('NOT_RUNNING');
  });
  it('resumes a held rotation and forgives its failed attempts', () => {
    const { rotation } = recordAfter(
      give(inRotation('BEGUN', { ...held, failedAttempts: 4 }), { kind: 'resume', ...of }),
    );
    expect([rotation?.held, rotation?.failedAttempts]).toEqual([undefined, 0]);
  });
  it('resumes after the deadline with a deadline of its own: owners are reminded, then escalated to, anew', () => {
    const late = inRotation('DISTRIBUTED', { ...held, escalationLevel: 3, deadlineAtMs: now });
    const resumed = recordAfter(give(late, { kind: 'resume', ...of }));
    const { remindAfterSeconds, escalateAfterSeconds, deadlineSeconds } = resumed.policy;
    const due = (afterSeconds: number) => escalationDue(resumed, now + afterSeconds * 1000);
    expect(resumed.rotation).toMatchObject({ escalationLevel: 0, deadlineAtMs: now + deadlineSeconds * 1000 });
    expect([remindAfterSeconds - 1, remindAfterSeconds].map(due)).toEqual([undefined, 1]);
    expect([escalateAfterSeconds, deadlineSeconds].map(due)).toEqual([2, 3]);
  });
  it('resumes before the deadline with the escalation as far as it was', () => {
    const early = inRotation('DISTRIBUTED', { ...held, escalationLevel: 2, deadlineAtMs: now + 1 });
    const { rotation } = recordAfter(give(early, { kind: 'resume', ...of }));
    expect(rotation).toMatchObject({ escalationLevel: 2, deadlineAtMs: now + 1 });
  });
  it.each([now - 1, now + 999_999])('refuses to extend the deadline to an earlier time', (deadlineAtMs) =>
    expect(code(inRotation('BEGUN'), { kind: 'extend', deadlineAtMs, ...of })).toBe('DEADLINE_NOT_LATER'),
  );
  it('refuses to force a held rotation', () => expect(code(inRotation('VERIFIED', held), force)).toBe('HELD'));
});

describe('revoke', () => {
  it('retires the predecessor on proof', () => {
    expect(revoked.live.map((one) => one.credentialId)).toEqual([b]);
    expect(revoked.revoked[0]).toMatchObject({ credentialId: a, cause: 'RETIRED', revokedAtMs: now });
  });
  it.each<[string, Gateway, Partial<typeof revoke & { kind: 'revoke' }>, string]>([
    [
      'without a verdict that says yes',
      inRotation('VERIFIED'),
      { verdict: { ...verdict, mayRevoke: false } },
      'NO_PROOF',
    ],
    [
      'by force, while AWSCURRENT names it',
      inRotation('DISTRIBUTED', forced),
      { verdict: { ...verdict, blockers: [{ code: 'CURRENT_MOVED', versionId: 'v-c-a', credentialId: a }] } },
      'CURRENT_MOVED',
    ],
    ['with a verdict of another revision', inRotation('VERIFIED'), { readAt: 0 }, 'NO_PROOF'],
    [
      'with a verdict older than a minute',
      inRotation('VERIFIED'),
      { verdict: { ...verdict, atMs: now - 60_001 } },
      'NO_PROOF',
    ],
    ['with a verdict of the future', inRotation('VERIFIED'), { verdict: { ...verdict, atMs: now + 1 } }, 'NO_PROOF'],
    ['with a verdict on another target', inRotation('VERIFIED'), { verdict: { ...verdict, targetId: a } }, 'NO_PROOF'],
    ['before it is verified', inRotation('DISTRIBUTED'), {}, 'NO_PROOF'],
    ['before it is distributed', inRotation('PROMOTED'), {}, 'WRONG_STAGE'],
    ['before it is distributed, even when forced', inRotation('PROMOTED', forced), {}, 'WRONG_STAGE'],
    ['when not quiet for the whole window', inRotation('VERIFIED', { quietSinceMs: now - 899_999 }), {}, 'NOT_QUIET'],
    ['while held', inRotation('VERIFIED', held), {}, 'HELD'],
    ['while held, even when forced', inRotation('VERIFIED', { ...held, ...forced }), {}, 'HELD'],
    ['of the successor', inRotation('VERIFIED'), { credentialIds: [b] }, 'NOT_RETIRING'],
    [
      'of an unknown credential',
      inRotation('VERIFIED'),
      { credentialIds: [credentialId('c-x')] },
      'UNKNOWN_CREDENTIAL',
    ],
    [
      'of one that is not ours (invariant 10)',
      inRotation('VERIFIED', {}, { live: [live('c-a', { origin: { kind: 'foreign' } }), live('c-b')] }),
      {},
      'NOT_OURS',
    ],
    [
      'of a compromised one before its time',
      inRotation(
        'PROMOTED',
        {},
        {
          live: [live('c-a', { compromised: { atMs: 0, rejectAfterMs: now + 1 } }), live('c-b')],
        },
      ),
      {},
      'WRONG_STAGE',
    ],
  ])('refuses %s', (_, gateway, changes, expected) => {
    expect(code(gateway, { ...revoke, ...changes } as Command)).toBe(expected);
  });
  it('cuts off what a named person forced, if somebody has read since that he was shown everybody (invariant 2)', () => {
    const shown = inRotation('DISTRIBUTED', { forced: { ...forced.forced, kitsHash: 'hash' } });
    const covering = { ...revoke, coveredBy: 'hash' } as Command;
    for (const other of [revoke, { ...revoke, coveredBy: 'of another list' }, { ...covering, readAt: 0 }])
      expect(code(shown, other as Command)).toBe('NO_PROOF');
    expect(recordAfter(give(shown, covering)).revoked[0]?.cause).toBe('FORCED');
  });
  it('drops a force with its own hash, and not one that another person gave since', () => {
    const drop = { kind: 'drop-force', kitsHash: 'hash', uncovered: 1, named: ['one'], ...of } as const;
    for (const kitsHash of ['other', undefined]) {
      const given = { ...forced.forced, ...(kitsHash ? { kitsHash } : {}) };
      expect(code(inRotation('DISTRIBUTED', { forced: given }), drop)).toBe('unchanged');
    }
  });
  it('cuts off everybody when the policy decided so beforehand', () =>
    expect(recordAfter(give(inRotation('DISTRIBUTED', forced), revoke)).revoked[0]?.cause).toBe('FORCED'));
  it.each([
    ['on proof before its time', inRotation('VERIFIED', {}, { live: [live('c-a', early), live('c-b')] }), revoke],
    ['by force', inRotation('DISTRIBUTED', forced, { live: [live('c-a', early), live('c-b')] }), revoke],
    [
      'when its rotation is given up',
      inRotation(
        'ACCEPTED',
        {},
        { live: [live('c-b', { ...early, origin: { kind: 'minted', rotationId: r1, trigger: 'manual' } })] },
      ),
      { kind: 'fail', ...of },
    ],
  ] as const)('of a compromised credential %s is recorded as that', (_, gateway, command) =>
    expect(recordAfter(give(gateway, command)).revoked[0]?.cause).toBe('COMPROMISED'),
  );
  it('does not let hold stop the end of a compromised credential', () =>
    expect(recordAfter(give(dying, revoke)).revoked[0]?.cause).toBe('COMPROMISED'));
  it('does all or nothing', () =>
    expect(code(inRotation('VERIFIED'), { ...revoke, credentialIds: [a, b] } as Command)).toBe('NOT_RETIRING'));
});

describe('the steps', () => {
  it('refuse a second credential for the same rotation', () =>
    expect(code(inRotation('CREATED'), { ...created, credentialId: credentialId('c-x') } as Command)).toBe(
      'ALREADY_CREATED',
    ));
  it('refuse another value under the same id', () =>
    expect(code(inRotation('CREATED'), { ...created, digest: 'other' } as Command)).toBe('ALREADY_CREATED'));
  it('refuse a credential that comes after its rotation was undone', () => {
    const undone = recordAfter(give(inRotation('BEGUN'), { kind: 'roll-back', ...of }));
    expect(code(undone, created)).toBe('WRONG_STAGE');
  });
  it('refuse a sixth live credential', () =>
    expect(code(inRotation('BEGUN', {}, { live: five }), created)).toBe('TOO_MANY_LIVE'));
  it('refuse to promote what was not proven accepted', () =>
    expect(code(inRotation('CREATED'), { kind: 'promoting', credentialId: b, ...of })).toBe('WRONG_STAGE'));
  it('refuse a promotion that was not announced', () =>
    expect(code(inRotation('ACCEPTED'), { kind: 'promoted', credentialId: b, ...of })).toBe('WRONG_STAGE'));
  it('promote one and demote the other', () => {
    const gateway = recordAfter(give(inRotation('PROMOTING'), { kind: 'promoted', credentialId: b, ...of }));
    expect(gateway.live.map((one) => one.stage)).toEqual(['RETIRING', 'CURRENT']);
    expect([gateway.currentCredentialId, gateway.currentVersionId]).toEqual([b, 'v-c-b']);
  });
  it('refuse a distribution of an earlier generation', () =>
    expect(
      code(inRotation('PROMOTED'), { kind: 'distributed', readAt: 1, generation: 1, kits: 1, failed: 0, ...of }),
    ).toBe('WRONG_STAGE'));
  it('refuse evidence that was read at another revision', () =>
    expect(code(inRotation('DISTRIBUTED'), { kind: 'verified', readAt: 0, detail: {}, ...of })).toBe('NO_PROOF'));
  it('go back to the kits when the proof does not hold, or kits changed', () => {
    const changedKits: Command = { kind: 'kits-changed', added: 1, changed: 0, retired: 0, ...by };
    for (const command of [changedKits, { kind: 'invalidate-evidence', ...of } satisfies Command])
      expect(recordAfter(give(inRotation('VERIFIED'), command)).rotation?.stage).toBe('DISTRIBUTED');
  });
});

it('kits that changed do not hold up a rotation that was undone: it has given them nothing', () => {
  const undone = recordAfter(give(inRotation('ACCEPTED'), { kind: 'roll-back', ...of }));
  const changedKits: Command = { kind: 'kits-changed', added: 1, changed: 0, retired: 0, ...by };
  expect(recordAfter(give(undone, changedKits)).rotation?.stage).toBe('VERIFIED');
});

it('refuses to give up a rotation that is held: nothing is revoked while it is', () =>
  expect(code(inRotation('ACCEPTED', held), { kind: 'fail', ...of })).toBe('HELD'));

describe('a probe without a rotation', () => {
  const arm: Command = { kind: 'arm-probe', nonceHash: 'n', credentialId: a };
  it('is armed while none runs, and leaves the record with the confirmation', () => {
    const gone = { credentialId: a, digest: '', versionId: 'v', cause: 'NEVER_DISTRIBUTED', rotationId: r2 } as const;
    const armed = recordAfter(give(atRest({ live: [], revoked: [{ ...gone, revokedAtMs: now - 1 }] }), arm));
    expect(armed.probe).toMatchObject({ nonceHash: 'n', credentialId: a });
    const confirmed = give(armed, { kind: 'confirm', credentialId: a, refusedAtMs: now, ...by });
    expect(recordAfter(confirmed)).not.toHaveProperty('probe');
  });
  it('is refused while one runs', () => expect(code(inRotation('VERIFIED'), arm)).toBe('ROTATION_RUNNING'));
});

describe('a check of the quiet', () => {
  const probe = { nonceHash: 'n', credentialId: b, armedAtMs: 0 };
  const check = (recordingProven: boolean, lastUseMs: number): Command => ({
    kind: 'quiet-checked',
    rotationId: r1,
    nonceHash: 'n',
    recordingProven,
    lastUseMs,
    kitSummary: { atMs: now, kits: 3, laggards: 1 },
  });
  const quiet = (command: Command) => recordAfter(give(inRotation('VERIFIED', {}, { probe }), command)).rotation;
  it('leaves the quiet window when it saw no later use', () =>
    expect(quiet(check(true, 0))).toMatchObject({ quietSinceMs: now - 900_000, stage: 'VERIFIED' }));
  it('begins the window again at the end of a use', () =>
    expect(quiet(check(true, now - 90_000))).toMatchObject({ quietSinceMs: now - 30_000, stage: 'DISTRIBUTED' }));
  it('ends the window when recording was not proven; the next proven one begins it', () => {
    const unproven = recordAfter(give(inRotation('VERIFIED', {}, { probe }), check(false, 0)));
    expect(unproven.rotation).toMatchObject({ stage: 'DISTRIBUTED' });
    expect(unproven.rotation?.quietSinceMs).toBeUndefined();
    const armed = recordAfter(give(unproven, { kind: 'arm-probe', rotationId: r1, nonceHash: 'n', credentialId: b }));
    expect(recordAfter(give(armed, check(true, 0), now + 5)).rotation?.quietSinceMs).toBe(now + 5);
  });
  it('refuses the answer to an earlier probe', () =>
    expect(code(inRotation('VERIFIED', {}, { probe: { ...probe, nonceHash: 'later' } }), check(true, 0))).toBe(
      'NO_PROOF',
    ));
  it('that was never read leaves quiet unproven; a probe of a revoked credential does not', () => {
    const arm: Command = { kind: 'arm-probe', rotationId: r1, nonceHash: 'm', credentialId: b };
    expect(quiet(arm)?.quietSinceMs).toBeUndefined();
    const other = inRotation('VERIFIED', {}, { probe: { ...probe, credentialId: a } });
    expect(recordAfter(give(other, arm)).rotation?.stage).toBe('VERIFIED');
  });
});

describe('begin', () => {
  it('retires every other live credential and names what is current', () =>
    expect(recordAfter(give(atRest(), begin)).rotation).toMatchObject({
      retireIds: [a],
      fromVersionId: 'v-c-a',
      fromCredentialId: a,
      stage: 'BEGUN',
    }));
  it.each([
    ['while another runs', inRotation('BEGUN'), 'ROTATION_RUNNING'],
    ['at five live credentials', atRest({ live: five }), 'TOO_MANY_LIVE'],
    ['of a retired gateway', atRest({ retiredAtMs: 1 }), 'GATEWAY_RETIRED'],
  ])('refuses to %s', (_, gateway, expected) => expect(code(gateway, begin)).toBe(expected));
  it('changes nothing for a rotation that has ended', () =>
    expect(code(atRest({ ended: [{ rotationId: r2, outcome: 'COMPLETED', endedAtMs: 1 }] }), begin)).toBe('unchanged'));
});

describe('the end', () => {
  it('refuses a confirmation before the propagation bound has passed', () => {
    const slow = { ...revoked, policy: { ...revoked.policy, serveStaleSeconds: 30 } };
    const seen = (refusedAtMs: number, atMs: number) => code(slow, { ...confirm, refusedAtMs } as Command, atMs);
    expect(seen(now + 29_999, now + 60_000)).toBe('STILL_PROPAGATING');
    expect(seen(now + 30_000, now + 29_999)).toBe('STILL_PROPAGATING');
    expect(seen(now + 30_000, now + 30_000)).toBe('changed');
  });
  it('refuses to confirm what is live', () => expect(code(inRotation('VERIFIED'), confirm)).toBe('STILL_LIVE'));
  it('comes once every revocation was confirmed', () => {
    expect(code(revoked, complete)).toBe('NOT_CONFIRMED');
    const ended = recordAfter(give(recordAfter(give(revoked, confirm)), complete));
    expect(ended.ended).toEqual([{ rotationId: r1, outcome: 'COMPLETED', endedAtMs: now }]);
    expect(ended.rotation).toBeUndefined();
  });
  it('by force is said to be that, with how many kits had not moved, and not when everything was proven all the same', () => {
    const forcedOf = (stage: 'DISTRIBUTED' | 'VERIFIED', kits: number) => {
      const byForce = { kind: 'force', kits, ...of } as const;
      const after = recordAfter(give(recordAfter(give(inRotation(stage), byForce)), revoke));
      return recordAfter(give(recordAfter(give(after, confirm)), complete)).ended;
    };
    const ended = { rotationId: r1, endedAtMs: now };
    expect(forcedOf('DISTRIBUTED', 300)).toEqual([{ ...ended, outcome: 'COMPLETED_BY_FORCE', kitsBehind: 300 }]);
    expect(forcedOf('DISTRIBUTED', 0)).toEqual([{ ...ended, outcome: 'COMPLETED_BY_FORCE' }]);
    expect(forcedOf('VERIFIED', 0)).toEqual([{ ...ended, outcome: 'COMPLETED' }]);
    const kitSummary = { atMs: now, kits: 3, laggards: 2 };
    const first = inRotation('DISTRIBUTED', { retireIds: [], kitSummary, forced: { ...by, atMs: now, kits: 0 } });
    expect(recordAfter(give(first, complete)).ended).toMatchObject([{ outcome: 'COMPLETED_BY_FORCE', kitsBehind: 2 }]);
  });
  it('refuses while a predecessor is live', () => expect(code(inRotation('VERIFIED'), complete)).toBe('STILL_LIVE'));
  it('refuses to complete a rotation that failed', () =>
    expect(code(atRest({ ended: [{ rotationId: r1, outcome: 'FAILED', endedAtMs: 1 }] }), complete)).toBe(
      'SUPERSEDED',
    ));
  it.each([
    ['ACCEPTED', [a]],
    ['PROMOTING', [a, b]],
  ] as const)('by failure at %s leaves %s live', (stage, left) =>
    expect(recordAfter(give(inRotation(stage), { kind: 'fail', ...of })).live.map((one) => one.credentialId)).toEqual(
      left,
    ),
  );
});

describe('roll-back', () => {
  const back: Command = { kind: 'roll-back', ...of };
  it('forgets how far the way forward had come', () => {
    const kitSummary = { atMs: now, kits: 3, laggards: 1 };
    expect(recordAfter(give(inRotation('DISTRIBUTED', { kitSummary }), back)).rotation).not.toHaveProperty(
      'kitSummary',
    );
  });
  it('exchanges the roles, with a deadline and an escalation of its own', () => {
    const late = inRotation('VERIFIED', { ...forced, escalationLevel: 3, deadlineAtMs: now - 1 });
    const gateway = recordAfter(give(late, back));
    expect(gateway.rotation).toMatchObject({ targetId: a, retireIds: [b], stage: 'ACCEPTED', generation: 3 });
    expect([gateway.rotation?.forced, gateway.rotation?.quietSinceMs]).toEqual([undefined, undefined]);
    expect(escalationDue(gateway, now + 1)).toBeUndefined();
    expect(gateway.rotation?.deadlineAtMs).toBe(now + 10_800_000);
  });
  it('keeps other compromised predecessors on their way out', () => {
    const gateway = inRotation('VERIFIED', { retireIds: [a, credentialId('c-2')] });
    const also = { ...gateway, live: [...gateway.live, live('c-2', doomed)] };
    expect(recordAfter(give(also, back)).rotation?.retireIds).toEqual([b, 'c-2']);
  });
  it('before promotion revokes the new credential at once, and ends when it was seen refused (invariant 8)', () => {
    const gateway = recordAfter(give(inRotation('ACCEPTED'), back));
    expect(gateway.live.map((one) => one.credentialId)).toEqual([a]);
    expect(gateway.revoked).toMatchObject([{ credentialId: b, cause: 'NEVER_DISTRIBUTED' }]);
    expect(code(gateway, back)).toBe('unchanged');
    expect(nextStage(gateway, now)).toBe('ConfirmRevoked');
    expect(code(gateway, { kind: 'complete', ...of })).toBe('NOT_CONFIRMED');
    const seen = recordAfter(give(gateway, { kind: 'confirm', credentialId: b, refusedAtMs: now, ...by }));
    expect(recordAfter(give(seen, { kind: 'complete', ...of })).ended.at(-1)?.outcome).toBe('ROLLED_BACK');
  });
  it('before promotion is refused while a predecessor is compromised: the rotation is its way out (invariant 7)', () => {
    const gateway = inRotation('ACCEPTED', { retireIds: [a, credentialId('c-2')] });
    expect(code({ ...gateway, live: [...gateway.live, live('c-2', doomed)] }, back)).toBe('COMPROMISED');
  });
  it.each([
    ['once a predecessor was revoked', revoked, 'REVOKE_BEGUN'],
    [
      'to a compromised credential',
      inRotation('PROMOTED', {}, { live: [live('c-a', doomed), live('c-b')] }),
      'COMPROMISED',
    ],
    ['in a compromise', inRotation('PROMOTED', { trigger: 'compromise' }), 'COMPROMISED'],
    ['to nothing', inRotation('PROMOTED', { retireIds: [] }, { live: [live('c-b')] }), 'NOTHING_TO_ROLL_BACK_TO'],
  ])('refuses to go back %s', (_, gateway, expected) => expect(code(gateway, back)).toBe(expected));
});

describe('adopt', () => {
  const hand = { credentialId: credentialId('c-h'), digest: 'd', versionId: 'v', isCurrent: false };
  const adopt: Command = { kind: 'adopt', ...hand, ...by };
  it('gives the credential to the running rotation, with a quiet window of its own', () => {
    const { rotation } = recordAfter(give(inRotation('VERIFIED'), adopt));
    expect(rotation).toMatchObject({ stage: 'DISTRIBUTED', retireIds: [a, 'c-h'] });
    expect(rotation?.quietSinceMs).toBeUndefined();
  });
  const current: Command = { ...adopt, isCurrent: true };
  const isCurrent = { currentVersionId: 'v', currentCredentialId: 'c-h' };
  it('makes it what the record calls current, when somebody has made it AWSCURRENT', () => {
    const after = recordAfter(give(atRest(), current));
    expect(after).toMatchObject(isCurrent);
    expect(after.live.map(({ credentialId, stage }) => [credentialId, stage])).toEqual([
      ['c-a', 'RETIRING'],
      ['c-h', 'CURRENT'],
    ]);
    expect(code(after, current)).toBe('unchanged');
    expect(recordAfter(give(recordAfter(give(atRest(), adopt)), current))).toMatchObject(isCurrent);
    expect(recordAfter(give(inRotation('PROMOTING'), current))).toMatchObject(isCurrent);
  });
  it('leaves current what a rotation has promoted', () =>
    expect(recordAfter(give(inRotation('PROMOTED'), current)).currentCredentialId).toBe(a));
  it('names the version that holds a credential made elsewhere, from now on', () => {
    const foreign = atRest({ live: [live('c-h', { digest: 'd', origin: { kind: 'foreign' } })] });
    expect(liveCredential(recordAfter(give(foreign, adopt)), hand.credentialId)?.versionId).toBe('v');
  });
  it('is not swept up by a decision to force that did not know of it', () =>
    expect(recordAfter(give(inRotation('VERIFIED', forced), adopt)).rotation?.retireIds).toEqual([a]));
  it('names who gave it and why (invariant 10)', () =>
    expect(liveCredential(recordAfter(give(atRest(), adopt)), credentialId('c-h'))?.origin).toEqual({
      kind: 'adopted',
      ...by,
    }));
  it.each([
    ['known with another value', { credentialId: a }, atRest(), 'ALREADY_CREATED'],
    ['revoked', { credentialId: a }, revoked, 'UNKNOWN_CREDENTIAL'],
    ['a sixth', {}, atRest({ live: five }), 'TOO_MANY_LIVE'],
  ])('refuses one that is %s', (_, changes, gateway, expected) =>
    expect(code(gateway, { ...adopt, ...changes } as Command)).toBe(expected),
  );
});

describe('attempts and the escalation', () => {
  const next = { kind: 'next-attempt', from: 1, failed: true, executionArn: 'arn', ...of } as const;
  it('raise the attempt once, and count failures', () => {
    const gateway = recordAfter(give(inRotation('BEGUN'), next));
    expect(gateway.rotation).toMatchObject({ attempt: 2, failedAttempts: 1 });
    expect(code(gateway, next)).toBe('unchanged');
  });
  it('refuse the fifth failure in a row', () =>
    expect(code(inRotation('BEGUN', { failedAttempts: 4 }), next)).toBe('TOO_MANY_ATTEMPTS'));
  it('refuse while held, unless a compromised credential is to be revoked', () => {
    expect(code(inRotation('BEGUN', held), next)).toBe('HELD');
    expect(code(dying, next)).toBe('changed');
  });
  it('escalates each level once', () => {
    const escalated = recordAfter(give(inRotation('BEGUN'), { kind: 'escalate', escalationLevel: 2, ...of }));
    expect(code(escalated, { kind: 'escalate', escalationLevel: 1, ...of })).toBe('unchanged');
  });
});

describe('the record', () => {
  const lower = (serveStaleSeconds: number, gateway: Gateway, atMs: number): Gateway => {
    const { policy, decision, shardCount } = gateway;
    const configuration = { policy: { ...policy, serveStaleSeconds }, decision, shardCount };
    return recordAfter(give(gateway, { kind: 'configure', configuration, ...by }, atMs));
  };
  it('keeps a larger propagation bound until its last copy has expired, through two changes', () => {
    const high = lower(300, atRest(), now);
    expect(lower(0, lower(30, high, now), now + 1).earlierStale).toEqual({ seconds: 300, untilMs: now + 300_000 });
  });
  it('refuses to change the shards while a rotation runs', () => {
    const { policy, decision } = atRest();
    expect(
      code(inRotation('BEGUN'), { kind: 'configure', configuration: { policy, decision, shardCount: 2 }, ...by }),
    ).toBe('ROTATION_RUNNING');
  });
  it('refuses to retire while a rotation runs', () =>
    expect(code(inRotation('BEGUN'), { kind: 'retire', ...by })).toBe('ROTATION_RUNNING'));
  it('drops from the outbox only what was copied', () => {
    const gateway = recordAfter(
      give(recordAfter(give(inRotation('BEGUN'), { kind: 'hold', ...of })), { kind: 'resume', ...of }),
    );
    expect(flushed(gateway, 2).outbox.map((entry) => entry.revision)).toEqual([3]);
  });
  it('never forgets a revocation that was not confirmed', () => {
    const gone = (id: string, confirmedAtMs?: number) => ({
      ...({
        credentialId: credentialId(id),
        digest: '',
        versionId: '',
        cause: 'RETIRED',
        rotationId: r1,
        revokedAtMs: 1,
      } as const),
      ...(confirmedAtMs === undefined ? {} : { confirmedAtMs }),
    });
    const old = [gone('c-1'), ...['c-2', 'c-3', 'c-4', 'c-5', 'c-6'].map((id) => gone(id, 2))];
    const { revoked: kept } = recordAfter(give(inRotation('VERIFIED', {}, { revoked: old }), revoke));
    expect(kept.map((one) => one.credentialId)).toEqual(['c-1', 'c-3', 'c-4', 'c-5', 'c-6', 'c-a']);
  });
  it('forgets in time one whose refusal a person recorded as not proven', () => {
    const gone = { digest: '', versionId: '', cause: 'RETIRED', rotationId: r1, revokedAtMs: 1 } as const;
    const waived = { ...gone, credentialId: credentialId('c-1'), notProven: { ...by, atMs: 2 } };
    const old = [
      waived,
      ...['c-2', 'c-3', 'c-4', 'c-5'].map((id) => ({ ...gone, credentialId: credentialId(id), confirmedAtMs: 2 })),
    ];
    const { revoked: kept } = recordAfter(give(inRotation('VERIFIED', {}, { revoked: old }), revoke));
    expect(kept.map((one) => one.credentialId)).toEqual(['c-2', 'c-3', 'c-4', 'c-5', 'c-a']);
  });
  it.each([
    ['kong-eu', 16, 5],
    ['kong-eu', 1, 0],
    ['kit-0', 100, 2],
  ])('keeps kit %s of %i shards in shard %i for good', (kitId, shards, shard) =>
    expect(shardOf(kitId, shards)).toBe(shard),
  );
});
