import { describe, expect, test } from 'vitest';
import type { CredentialId } from '../../lambdas/domain/ids.ts';
import {
  decideMint,
  type ListedCredential,
  type MintFacts,
  type MintSettings,
  withAttempt,
  withoutAttempt,
} from '../../lambdas/domain/pingone-mint.ts';

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
const intent = { writtenAtMs: 1_000_000, knownIds: [id('old')], attempts: [{ number: 1, sentAtMs: 1_001_000 }] };
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
