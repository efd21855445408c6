import { describe, expect, it } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import type { KitId } from '../../lambdas/domain/ids.ts';
import { inRotation, live } from './gateways.ts';
import { credentialId, rotationId } from './model.ts';

const uuid = (last: number) => rotationId(`12345678-1234-4234-8234-12345678901${last}`);
const id = (last: number) => credentialId(`Abcdefghi${last}`);
const digest = 'x'.repeat(43);
const atMs = 1_800_000_000_000;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** As many labels as there may be, and as long as they may be together. */
const labels = Object.fromEntries(upTo(8).map((n) => [`${n}`.repeat(16), 'v'.repeat(12)]));

/** A record with everything that the domain keeps, as long as its ids get; reasons of some words, an ARN as actor. */
const fullest = (said: string): Gateway => {
  const decided = { actor: 'arn:aws:sts::111122223333:assumed-role/operators/alice', reason: said, atMs };
  const { rotation, ...gateway } = inRotation('VERIFIED');
  if (!rotation) throw new Error('No rotation runs.');
  return {
    ...gateway,
    revision: 123_456,
    earlierStale: { seconds: 300, untilMs: atMs },
    secretArn: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:gateway-credential/production-eu-AbCdEf',
    live: upTo(5).map((n) =>
      live(id(n), {
        digest,
        versionId: uuid(n),
        createdAtMs: atMs,
        compromised: { atMs, rejectAfterMs: atMs },
        origin: { kind: 'minted', rotationId: uuid(n), trigger: 'compromise' },
      }),
    ),
    revoked: upTo(5).map((n) => ({
      ...({
        credentialId: id(n),
        digest,
        versionId: uuid(n),
        cause: 'NEVER_DISTRIBUTED',
        rotationId: uuid(n),
      } as const),
      ...{ revokedAtMs: atMs, confirmedAtMs: atMs },
    })),
    ended: upTo(5).map((n) => ({ rotationId: uuid(n), outcome: 'ROLLED_BACK', endedAtMs: atMs })),
    presses: upTo(5).map((n) => ({
      ...{ requestId: uuid(n), rotationId: uuid(n), credentialIds: upTo(5).map(id), atMs, rejectAfterMs: atMs },
      ...{ preempted: uuid(n), adopted: id(n) },
    })),
    currentVersionId: uuid(1),
    currentCredentialId: id(1),
    rotation: {
      ...{ ...rotation, rotationId: uuid(1), trigger: 'compromise', fromVersionId: uuid(2), fromCredentialId: id(2) },
      ...{ retireIds: upTo(4).map(id), begun: decided, rolledBack: decided, held: decided, forced: decided },
      executionArn: `arn:aws:states:eu-central-1:111122223333:execution:gateway-credential-rotation:${uuid(1)}-12`,
      kitSummary: {
        ...{ atMs, kits: 100_000, laggards: 99_999 },
        worst: {
          kitId: 'k'.repeat(63) as KitId,
          owner: 'a-team-with-a-name@example.com',
          code: 'STILL_ON_PREDECESSOR',
        },
      },
    },
    probe: { nonceHash: digest, credentialId: id(1), armedAtMs: atMs },
    outbox: [],
    lastEntryDigest: digest,
    labels,
  };
};

/** The same in waves: nothing is compromised, forced or rolled back then. */
const fullestInWaves = (said: string): Gateway => {
  const { rotation, ...gateway } = fullest(said);
  if (!rotation) throw new Error('No rotation runs.');
  const { rolledBack: _r, forced: _f, ...rest } = rotation;
  return {
    ...gateway,
    live: gateway.live.map(({ compromised: _, ...one }) => one),
    rotation: {
      ...rest,
      waves: {
        plan: upTo(6).map((n) => ({ percent: 100 - n, bakeSeconds: 604_800 })),
        ...({ number: 1, phase: 'OPEN', openedAtMs: atMs, kits: 100_000, failedChecks: 10 } as const),
        ...{ risenSinceMs: atMs, bakingSinceMs: atMs, isBadAgain: true as const },
        seen: { atMs, kits: 100_000, observed: 99_999 },
        wentBack: { wave: 1, atMs, why: 'w'.repeat(500) },
      },
    },
  };
};

describe('the record, flushed', () => {
  it('stays below 4 KB in an ordinary rotation, one read unit for the authorizer', () => {
    const ordinary = inRotation(
      'VERIFIED',
      {},
      { revoked: fullest('').revoked, ended: fullest('').ended, outbox: [], lastEntryDigest: digest, labels },
    );
    expect(Buffer.byteLength(JSON.stringify(ordinary))).toBeLessThan(4096);
  });
  it('stays below 8 KB with everything in it at once: two read units while that lasts', () => {
    const bytes = Buffer.byteLength(JSON.stringify(fullest('kit-7 was replaced by hand, see ticket 4711')));
    expect(bytes).toBeLessThan(8192);
  });
  it('stays below 8 KB in the middle of waves too', () =>
    expect(Buffer.byteLength(JSON.stringify(fullestInWaves('kit-7 was replaced by hand')))).toBeLessThan(8192));
});
