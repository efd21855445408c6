import { describe, expect, it } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import { nextStage, waitSeconds } from '../../lambdas/domain/next-stage.ts';
import { a, atRest, by, inRotation, live, now, r1 } from './gateways.ts';

const held = { held: { ...by, atMs: 1 } };
const forced = { forced: { ...by, atMs: 1 } };
const doomed = { live: [live('c-a', { compromised: { atMs: 0, rejectAfterMs: now } }), live('c-b')] };
const gone = {
  credentialId: a,
  digest: '',
  versionId: '',
  cause: 'COMPROMISED',
  rotationId: r1,
  revokedAtMs: now - 1,
} as const;
const unconfirmed = { live: [live('c-b')], revoked: [gone] };
const unseen = { live: [], revoked: [gone] };
const stale = { ...unconfirmed, policy: { ...atRest().policy, serveStaleSeconds: 30 } };

describe('the next stage', () => {
  it.each<[string, Gateway, string | undefined]>([
    ['at rest', atRest(), undefined],
    ['BEGUN', inRotation('BEGUN'), 'CreateCredential'],
    ['CREATED', inRotation('CREATED'), 'CreateCredential'],
    ['ACCEPTED', inRotation('ACCEPTED'), 'CreateCredential'],
    ['PROMOTING', inRotation('PROMOTING'), 'CreateCredential'],
    ['PROMOTED', inRotation('PROMOTED'), 'DistributeCredential'],
    ['DISTRIBUTED', inRotation('DISTRIBUTED'), 'VerifyKits'],
    ['DISTRIBUTED and forced', inRotation('DISTRIBUTED', forced), 'RevokeCredential'],
    ['VERIFIED', inRotation('VERIFIED'), 'RevokeCredential'],
    ['VERIFIED and all revoked', inRotation('VERIFIED', {}, { live: [live('c-b')] }), 'ConfirmRevoked'],
    ['held', inRotation('VERIFIED', held), 'RotationHeld'],
    ['held, with one compromised past its time', inRotation('PROMOTED', held, doomed), 'RevokeCredential'],
    ['held, with one not yet seen refused', inRotation('PROMOTED', held, unconfirmed), 'RotationHeld'],
    ['BEGUN, with one not yet seen refused: making comes first', inRotation('BEGUN', {}, unseen), 'CreateCredential'],
    ['PROMOTED, with one not yet seen refused', inRotation('PROMOTED', {}, unconfirmed), 'DistributeCredential'],
    ['DISTRIBUTED, with one not yet seen refused', inRotation('DISTRIBUTED', {}, unconfirmed), 'VerifyKits'],
    ['VERIFIED, while the bound still runs', inRotation('VERIFIED', {}, stale), 'ConfirmRevoked'],
  ])('%s', (_, gateway, stage) => expect(nextStage(gateway, now)).toBe(stage));
});

describe('the wait', () => {
  const wait = (distributedAtMs: number, earliestAtMs?: number, changes: Partial<Gateway> = {}) =>
    waitSeconds(inRotation('DISTRIBUTED', { distributedAtMs }, changes), now, earliestAtMs);
  it('begins at a second and grows with the time waited', () =>
    expect([wait(now), wait(now - 100_000), wait(now - 1_000_000)]).toEqual([1, 10, 100]));
  it('is never longer than the promised reaction time', () => expect(wait(now - 1_000_000_000)).toBe(900));
  it('ends when something falls due', () => expect(wait(now - 1_000_000, now + 7_000)).toBe(7));
  it('ends with the time of a compromised credential', () => {
    const soon = [live('c-a', { compromised: { atMs: 0, rejectAfterMs: now + 3_001 } }), live('c-b')];
    expect(wait(now - 1_000_000, undefined, { live: soon })).toBe(4);
  });
  it('is a second at least, also when the clock went back', () => expect(wait(now + 50_000)).toBe(1));
});
