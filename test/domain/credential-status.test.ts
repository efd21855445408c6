import { describe, expect, it } from 'vitest';
import { credentialStatusOf, isDoneWith, mayServeStale } from '../../lambdas/domain/credential-status.ts';
import { a, atRest, b, by, inRotation, live, now, r1, r2 } from './gateways.ts';

const doomed = live('c-a', { compromised: { atMs: 0, rejectAfterMs: now } });
const stale = (seconds: number, credential = live('c-a')) => {
  const gateway = atRest({ live: [credential] });
  return { ...gateway, policy: { ...gateway.policy, serveStaleSeconds: seconds } };
};

describe('the status of a credential', () => {
  it('is live until the very end of a doomed credential, and rejected from then on', () => {
    expect(credentialStatusOf({ live: [doomed], revoked: [], writtenAtMs: 0 }, a, now - 1).kind).toBe('live');
    expect(credentialStatusOf({ live: [doomed], revoked: [], writtenAtMs: 0 }, a, now).kind).toBe('rejected');
  });
  it('is revoked for a revoked one and unknown for any other', () => {
    const gone = {
      credentialId: a,
      digest: '',
      versionId: '',
      cause: 'RETIRED',
      rotationId: r1,
      revokedAtMs: 1,
    } as const;
    expect(credentialStatusOf({ live: [], revoked: [gone], writtenAtMs: 0 }, a, now).kind).toBe('revoked');
    expect(credentialStatusOf({ live: [], revoked: [gone], writtenAtMs: 0 }, b, now).kind).toBe('unknown');
  });
});

describe('a version of the secret', () => {
  const gone = { credentialId: a, digest: '', versionId: 'v', cause: 'RETIRED', rotationId: r1 } as const;
  const running = atRest({ ...inRotation('BEGUN'), live: [] });
  const runningUnder = atRest({ ...inRotation('BEGUN', { rotationId: r2, versionId: r1 }), live: [] });
  const waived = { ...gone, revokedAtMs: 1, notProven: { ...by, atMs: 2 } };
  it.each([
    ['live', { live: [live('c-a')], revoked: [] }, false],
    ['revoked and not seen refused', { live: [], revoked: [{ ...gone, revokedAtMs: 1 }] }, false],
    ['seen refused', { live: [], revoked: [{ ...gone, revokedAtMs: 1, confirmedAtMs: 2 }] }, true],
    ['recorded as not proven', { live: [], revoked: [waived] }, true],
    ['known to nobody: of an ended rotation, or forgotten long ago', { live: [], revoked: [] }, true],
    ['minted for the running rotation, which may still record it', running, false],
    ['minted under a version id of its own for the running rotation', runningUnder, false],
  ])('of a credential that is %s', (_, gateway, isDone) => expect(isDoneWith(gateway, a, r1)).toBe(isDone));
});

describe('a copy of the record', () => {
  it('says yes while it is younger than the propagation bound', () => {
    expect(mayServeStale(stale(30), a, now, now + 29_999)).toBe(true);
    expect(mayServeStale(stale(30), a, now, now + 30_000)).toBe(false);
  });
  it('refuses when the bound is 0', () => expect(mayServeStale(stale(0), a, now, now)).toBe(false));
  it('refuses a compromised credential', () => expect(mayServeStale(stale(30, doomed), a, 0, 1)).toBe(false));
  it('refuses a credential that it does not hold', () => expect(mayServeStale(stale(30), b, now, now)).toBe(false));
  it('refuses when it was read in the future', () => expect(mayServeStale(stale(30), a, now + 1, now)).toBe(false));
});
