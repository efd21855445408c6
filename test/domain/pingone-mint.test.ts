import { describe, expect, test } from 'vitest';
import type { CredentialId } from '../../lambdas/domain/ids.ts';
import {
  decideMint,
  type ListedCredential,
  type MintFacts,
  type MintIntent,
  type MintSettings,
  mintedIn,
  setAside,
  withAttempt,
  withEveryAttempt,
  withoutAttempt,
} from '../../lambdas/domain/pingone-mint.ts';
import { type Command, transition } from '../../lambdas/domain/transition.ts';
import { a, atPingOne, atRest, b, by, inRotation, live, now, outcome, r1, r2, recordAfter } from './gateways.ts';

const settings: MintSettings = {
  attemptMs: 30_000,
  lateCommitMs: 900_000,
  lastUsedLagMs: 120_000,
  clockToleranceMs: 5_000,
};
const id = (text: string) => text as CredentialId;
const at = (credentialId: string, createdAtMs: number, lastUsedAtMs?: number): ListedCredential => ({
  credentialId: id(credentialId),
  createdAtMs,
  ...(lastUsedAtMs === undefined ? {} : { lastUsedAtMs }),
});
/** The intent is of 1,000,000; one attempt, 1 s later; its effects have settled at 1,931,000. */
const intent: MintIntent = {
  rotationId: r1,
  writtenAtMs: 1_000_000,
  knownIds: [id('old')],
  attempts: [{ number: 1, sentAtMs: 1_001_000 }],
};
const old = at('old', 5_000, 900_000);
const settledAtMs = 1_931_000;
const decide = (facts: Partial<MintFacts>) =>
  decideMint({ intent, listed: [old], listedAtMs: settledAtMs, ...facts }, settings);

describe('Before anything was sent', () => {
  const begun = { ...intent, attempts: [] };
  test('it is sent', () => {
    expect(decide({ intent: begun, listedAtMs: 1_000_500 })).toEqual({ kind: 'POST' });
  });
  test('refuses with five there, and shows them', () => {
    const listed = ['old', 'b', 'c', 'd', 'e'].map((one) => at(one, 5_000));
    expect(decide({ intent: { ...begun, knownIds: listed.map(({ credentialId }) => credentialId) }, listed })).toEqual({
      kind: 'NO_ROOM',
      listed,
    });
  });
  test('what somebody else creates meanwhile is not waited for', () => {
    expect(decide({ intent: begun, listed: [old, at('theirs', 1_000_400)], listedAtMs: 1_000_500 })).toEqual({
      kind: 'POST',
    });
  });
});

describe('With the value stored', () => {
  test('the credential is recorded once it is listed', () => {
    expect(decide({ storedId: id('new'), listed: [old, at('new', 1_002_000)], listedAtMs: 1_003_000 })).toEqual({
      kind: 'RECORD',
      credentialId: 'new',
      unexplained: [],
    });
  });
  test('beside one that is of somebody else, since our one POST is explained', () => {
    expect(decide({ storedId: id('new'), listed: [at('new', 1_002_000), at('theirs', 1_002_000)] })).toEqual({
      kind: 'RECORD',
      credentialId: 'new',
      unexplained: [],
    });
  });
  test('and names what an earlier attempt may have made', () => {
    const twice = { ...intent, attempts: [...intent.attempts, { number: 2, sentAtMs: 2_000_000 }] };
    const listed = [at('new', 2_001_000), at('late', 1_990_000)];
    expect(decide({ intent: twice, storedId: id('new'), listed, listedAtMs: 2_002_000 })).toEqual({
      kind: 'RECORD',
      credentialId: 'new',
      unexplained: ['late'],
    });
  });
  test('it waits for one that is not listed, then mints again', () => {
    expect(decide({ storedId: id('new'), listedAtMs: settledAtMs - 1 })).toEqual({
      kind: 'WAIT',
      listAgainAtMs: settledAtMs,
    });
    expect(decide({ storedId: id('new') })).toEqual({ kind: 'POST' });
  });
  test('it holds when another one is listed in its place', () => {
    expect(decide({ storedId: id('new'), listed: [old, at('other', 1_002_000)] })).toEqual({
      kind: 'HOLD',
      credentialIds: ['new', 'other'],
    });
  });
});

describe('When nobody knows what became of the POST', () => {
  test('nothing is sent or revoked before it can have no effect any more', () => {
    const wait = { kind: 'WAIT', listAgainAtMs: settledAtMs };
    expect(decide({ listedAtMs: settledAtMs - 1 })).toEqual(wait);
    expect(decide({ listed: [old, at('new', 1_002_000)], listedAtMs: settledAtMs - 1 })).toEqual(wait);
  });
  test('it waits as long as lastUsedAt may lag, if that is longer', () => {
    const slow = { ...settings, lastUsedLagMs: 1_800_000 };
    expect(decideMint({ intent, listed: [old], listedAtMs: settledAtMs }, slow)).toEqual({
      kind: 'WAIT',
      listAgainAtMs: 2_831_000,
    });
  });
  test('it is sent again when nothing came of it', () => {
    expect(decide({})).toEqual({ kind: 'POST' });
  });
  test.each([996_000, 1_001_000, 1_036_000])(
    'exactly one unknown, created in the window (%i), never used, is revoked',
    (createdAtMs) => {
      expect(decide({ listed: [old, at('new', createdAtMs)] })).toEqual({ kind: 'REVOKE', credentialId: 'new' });
    },
  );
  test.each([
    ['was used', [at('one', 1_002_000, 1_003_000)]],
    ['was created after the window', [at('one', 1_036_001)]],
    ['was created before the POST, after the intent', [at('one', 995_999)]],
    ['is one of two', [at('one', 1_002_000), at('two', 1_003_000)]],
    ['is one of two, of which the other is used', [at('one', 1_002_000), at('two', 1_003_000, 1_004_000)]],
  ])('refuses to revoke one that %s, and says which', (_why, listed) => {
    const expected = listed.map(({ credentialId }) => credentialId);
    expect(decide({ listed: [old, ...listed] })).toEqual({ kind: 'HOLD', credentialIds: expected });
  });
  test('one that was there long before the intent, though the list had left it out, is not ours and does not matter', () => {
    expect(decide({ listed: [old, at('hidden', 994_999)] })).toEqual({ kind: 'POST' });
  });
});

describe('A POST that was limited', () => {
  const limited = { ...intent, attempts: [{ number: 1, sentAtMs: 1_001_000, limited: true as const }] };
  test('is sent again at once when nothing came of it', () => {
    expect(decide({ intent: limited, listedAtMs: 1_002_000 })).toEqual({ kind: 'POST' });
  });
  test('is not believed when a credential appears beside it', () => {
    const listed = [old, at('new', 1_002_000)];
    expect(decide({ intent: limited, listed, listedAtMs: 1_003_000 })).toEqual({
      kind: 'WAIT',
      listAgainAtMs: settledAtMs,
    });
    expect(decide({ intent: limited, listed })).toEqual({ kind: 'REVOKE', credentialId: 'new' });
  });
});

describe('Attempts', () => {
  test('are numbered, and one that came to nothing is taken out', () => {
    const second = withAttempt(intent, 2_000_000, settings);
    expect(second.attempt).toEqual({ number: 2, sentAtMs: 2_000_000 });
    expect(withoutAttempt(second.intent, second.attempt, 'NOT_CREATED')).toEqual(intent);
    expect(withoutAttempt(second.intent, second.attempt, 'LIMITED').attempts.at(-1)).toEqual({
      ...second.attempt,
      limited: true,
    });
  });
  test('of which nobody knows stay for good; limited ones go when they can have no effect', () => {
    const both = {
      ...intent,
      attempts: [...intent.attempts, { number: 2, sentAtMs: 1_001_000, limited: true as const }],
    };
    expect(withAttempt(both, settledAtMs - 1, settings).attempt.number).toBe(3);
    expect(withAttempt(both, settledAtMs, settings).intent.attempts.map(({ number }) => number)).toEqual([1, 2]);
  });
});

describe('Once the credential of the last attempt is in the record', () => {
  const second = { number: 2, sentAtMs: 2_000_000 };
  const limited = { number: 1, sentAtMs: 1_001_000, limited: true as const };
  test('nothing is left of an intent with that attempt alone', () => {
    expect(mintedIn(intent, id('new'))).toBeUndefined();
    expect(mintedIn({ ...intent, discarding: id('orphan') }, id('new'))).toBeUndefined();
  });
  test('the earlier attempts are left, what they may have made is still looked for, and ours is known', () => {
    const kept = mintedIn({ ...intent, attempts: [limited, second] }, id('new'));
    expect(kept).toEqual({ ...intent, attempts: [limited], knownIds: ['old', 'new'] });
    const twice = mintedIn({ ...intent, attempts: [...intent.attempts, second] }, id('new'));
    const late = [old, at('new', 2_001_000), at('late', 1_002_000)];
    expect(twice && decide({ intent: twice, listed: late })).toEqual({ kind: 'REVOKE', credentialId: 'late' });
  });
  test('what a compromise has left aside stays too', () => {
    const aside = { ...setAside(intent), attempts: [second] };
    expect(mintedIn(aside, id('new'))).toEqual({ ...intent, knownIds: ['old', 'new'] });
  });
});

describe('A rotation that cannot wait', () => {
  test('leaves the attempts so far for later, and sends at once', () => {
    const aside = setAside(intent);
    expect(aside).toEqual({ ...intent, attempts: [], left: intent.attempts });
    expect(decide({ intent: aside, listedAtMs: 1_002_000 })).toEqual({ kind: 'POST' });
    expect(decide({ intent: withEveryAttempt(aside), listedAtMs: 1_002_000 })).toMatchObject({ kind: 'WAIT' });
    expect(withEveryAttempt(aside)).toEqual(intent);
  });
  test('leaves nothing where nothing was sent, and adds to what another one left', () => {
    expect(setAside({ ...intent, attempts: [] })).toEqual({ ...intent, attempts: [] });
    const second = { number: 2, sentAtMs: 2_000_000 };
    expect(setAside({ ...setAside(intent), attempts: [second] }).left).toEqual([...intent.attempts, second]);
  });
  test('counts attempts of its own from 1: each rotation has versions of the secret of its own', () => {
    expect(withAttempt(setAside(intent), 2_000_000, settings).attempt.number).toBe(1);
  });
});

describe('The record of what was asked of PingOne', () => {
  const pingOne = { authority: atPingOne };
  const begun = inRotation('BEGUN', {}, pingOne);
  const noted = inRotation('BEGUN', {}, { ...pingOne, mint: intent });
  const give = (gateway: typeof begun, command: Command) => transition(gateway, command, now);
  const code = (gateway: typeof begun, command: Command) => outcome(give(gateway, command));
  const note: Command = { kind: 'note-mint', rotationId: r1, mint: intent };
  const orphan = id('orphan');
  const discard: Command = { kind: 'discard-credential', rotationId: r1, credentialId: orphan, ...by };

  test('is written by the rotation that mints, as an observation; writing it again changes nothing', () => {
    const after = recordAfter(give(begun, note));
    expect(after).toMatchObject({ mint: intent, revision: begun.revision + 1, outbox: [] });
    expect(after.transitionRevision).toBe(begun.transitionRevision);
    expect(code(after, note)).toBe('unchanged');
    const { mint: _, ...settled } = note;
    expect(recordAfter(give(after, settled))).not.toHaveProperty('mint');
    expect(code(begun, settled)).toBe('unchanged');
  });

  test.each<[string, typeof begun, Command, string]>([
    ['by a rotation that was pre-empted', begun, { ...note, rotationId: r2 }, 'NOT_RUNNING'],
    ['by one that has its credential', inRotation('CREATED', {}, pingOne), note, 'WRONG_STAGE'],
    ['by the reconciler while one is about to mint', begun, { kind: 'note-mint', mint: intent }, 'ROTATION_RUNNING'],
    ['where PingOne is not the authority', inRotation('BEGUN'), note, 'OTHER_AUTHORITY'],
  ])('refuses to be written %s', (_how, gateway, command, expected) => {
    expect(code(gateway, command)).toBe(expected);
  });

  test('is settled by the reconciler at rest, or beside a rotation that has its credential', () => {
    for (const gateway of [atRest(pingOne), inRotation('PROMOTED', {}, pingOne)])
      expect(recordAfter(give({ ...gateway, mint: intent }, { kind: 'note-mint' }))).not.toHaveProperty('mint');
  });

  test('says who revokes what an attempt left behind, and why, before it is revoked (invariant 11)', () => {
    const after = recordAfter(give(noted, discard));
    expect(after.mint).toEqual({ ...intent, discarding: orphan });
    expect(after.outbox.at(-1)).toMatchObject({
      kind: 'discard-credential',
      ...by,
      rotationId: r1,
      credentialIds: [orphan],
    });
    expect(code(after, discard)).toBe('unchanged');
    const { rotationId: _, ...reconciler } = discard;
    const atEase = recordAfter(give(atRest({ ...pingOne, mint: intent }), reconciler));
    expect(atEase.outbox.at(-1)).not.toHaveProperty('rotationId');
  });

  test.each<[string, typeof begun, Command, string]>([
    ['that is live', noted, { ...discard, credentialId: a }, 'NOT_OURS'],
    ['that was there before the first attempt', noted, { ...discard, credentialId: id('old') }, 'NOT_OURS'],
    ['when nothing was asked', begun, discard, 'NOT_OURS'],
    ['for a rotation that was pre-empted', noted, { ...discard, rotationId: r2 }, 'NOT_RUNNING'],
    ['where PingOne is not the authority', { ...inRotation('BEGUN'), mint: intent }, discard, 'OTHER_AUTHORITY'],
  ])('refuses to have one revoked %s (invariant 10)', (_what, gateway, command, expected) => {
    expect(code(gateway, command)).toBe(expected);
  });

  test('ends with the credential, except for the attempts of which nobody knows', () => {
    const created: Command = {
      ...{ kind: 'created', rotationId: r1, credentialId: b, digest: 'digest of c-b', versionId: 'v-c-b' },
      ...by,
    };
    expect(recordAfter(give(noted, created))).not.toHaveProperty('mint');
    const attempts = [...intent.attempts, { number: 2, sentAtMs: 2_000_000 }];
    const twice = { ...noted, mint: { ...intent, attempts } };
    expect(recordAfter(give(twice, created)).mint).toEqual({ ...intent, knownIds: ['old', b] });
  });

  test('outlives a rotation that ends without its credential: what it left behind is still looked for', () => {
    const ended = recordAfter(give(noted, { kind: 'fail', rotationId: r1, ...by }));
    expect(ended.rotation).toBeUndefined();
    expect(ended.mint).toEqual(intent);
  });
});

describe('Adopting by id what PingOne has', () => {
  const credentialId = id('theirs');
  const adopt: Command = { kind: 'adopt', credentialId, createdAtMs: 5_000, isCurrent: false, ...by };
  const gateway = atRest({ authority: atPingOne });
  const give = (to: typeof gateway, command: Command = adopt) => transition(to, command, now);

  test('needs no value, keeps the time that PingOne says, and names who gave it (invariant 10)', () => {
    const after = recordAfter(give(gateway));
    expect(after.live.at(-1)).toEqual({
      credentialId,
      stage: 'RETIRING',
      createdAtMs: 5_000,
      origin: { kind: 'adopted', ...by },
    });
    expect(after.currentCredentialId).toBe(a);
    expect(outcome(give(after))).toBe('unchanged');
  });

  test('gives it to a rotation that retires it after a quiet window of its own', () => {
    const running = inRotation('VERIFIED', {}, { authority: atPingOne });
    const { rotation } = recordAfter(give(running));
    expect(rotation).toMatchObject({ stage: 'DISTRIBUTED', retireIds: [a, credentialId] });
    expect(rotation).not.toHaveProperty('quietSinceMs');
  });

  test('lets its value be given later, and never a different one', () => {
    const value = { ...adopt, digest: 'd', versionId: 'v' } as const;
    const valued = recordAfter(give(recordAfter(give(gateway)), value));
    expect(valued.live.at(-1)).toMatchObject({ digest: 'd', versionId: 'v', createdAtMs: 5_000 });
    expect(outcome(give(valued, { ...value, digest: 'another' }))).toBe('ALREADY_CREATED');
    expect(outcome(give(valued))).toBe('unchanged');
  });

  test('makes it known to an attempt in doubt, so that it is none that was left behind', () => {
    expect(recordAfter(give({ ...gateway, mint: intent })).mint?.knownIds).toEqual(['old', credentialId]);
  });

  test('never makes one current without a version that holds its value', () => {
    const after = recordAfter(give(gateway, { ...adopt, isCurrent: true }));
    expect(after).toMatchObject({ currentCredentialId: a, currentVersionId: 'v-c-a' });
    expect(after.live.find((one) => one.credentialId === a)?.stage).toBe('CURRENT');
  });

  test('refuses it where the policy check is ours, which knows a credential by its digest alone', () => {
    expect(outcome(give(atRest()))).toBe('UNKNOWN_CREDENTIAL');
    expect(outcome(give(atRest(), { ...adopt, digest: 'd' } as Command))).toBe('UNKNOWN_CREDENTIAL');
  });

  test('refuses one that is revoked for good, and one too many', () => {
    const gone = { credentialId, cause: 'RETIRED', rotationId: r1, revokedAtMs: 1 } as const;
    expect(outcome(give({ ...gateway, revoked: [gone] }))).toBe('UNKNOWN_CREDENTIAL');
    const four = ['c-a', 'c-2', 'c-3', 'c-4'].map((one) => live(one));
    expect(outcome(give({ ...gateway, live: four }))).toBe('TOO_MANY_LIVE');
  });
});
