import { describe, expect, test } from 'vitest';
import type { ExecutionState } from '../../lambdas/ports.ts';
import { reconcile } from '../../lambdas/reconciler/reconcile.ts';
import { a, atRest, inRotation, live, now, r1 } from '../domain/gateways.ts';
import { benchWith } from '../workflow/doubles.ts';

const never = {
  credentialId: a,
  digest: 'digest of c-a',
  versionId: 'v-c-a',
  cause: 'NEVER_DISTRIBUTED',
  rotationId: r1,
  revokedAtMs: now - 1_000,
} as const;
const doomed = live('c-a', { compromised: { atMs: now - 2_000, rejectAfterMs: now - 1_000 } });
const failed: ExecutionState = { kind: 'ENDED', failed: true, stoppedAtMs: now - 3_600_000 };
const aborted: ExecutionState = { kind: 'ABORTED', failed: true, stoppedAtMs: now - 3_600_000 };
const running = { executionArn: 'arn', trigger: 'compromise' } as const;

/** What rounds find, and what one of them does about it. */
const found = {
  'an attempt that failed': [inRotation('PROMOTED', running), failed],
  'an execution that somebody aborted': [inRotation('DISTRIBUTED', running), aborted],
  'the last of five failed attempts, and a compromised credential past its time': [
    inRotation('PROMOTED', { ...running, failedAttempts: 4 }, { live: [doomed, live('c-b')] }),
    failed,
  ],
  'a rotation that waits for quiet': [inRotation('DISTRIBUTED', running), { kind: 'RUNNING' }],
  'a revoked credential that nobody has seen refused': [
    atRest({ live: [live('c-b')], revoked: [never] }),
    { kind: 'ABSENT' },
  ],
} satisfies Record<string, readonly [Parameters<typeof benchWith>[0], ExecutionState]>;

/** So many rounds at the same time, and what became of it. */
const rounds = async (count: number, [record, state]: (typeof found)[keyof typeof found]) => {
  const started: number[] = [];
  const bench = benchWith(record, [], {
    executions: {
      arnOf: (_, attempt) => `arn:${attempt}`,
      stateOf: async () => state,
      start: async ({ rotation }) => void started.push(rotation?.attempt ?? 0),
      stop: async () => undefined,
    },
  });
  const secretVersions = { ...bench.dependencies.secretVersions, release: async () => undefined };
  await Promise.all(Array.from({ length: count }, () => reconcile({ ...bench.dependencies, secretVersions })));
  // A round that only looks arms its probe in the record too: the numbers of the revisions are not what is compared.
  const { revision: _, transitionRevision: __, lastEntryDigest: ___, ...became } = bench.record;
  const transitions = bench.entries.map(({ kind, credentialIds, reason }) => ({ kind, credentialIds, reason }));
  return { started, told: bench.told, transitions, record: became };
};

describe('Two rounds of the reconciler at the same time', () => {
  test.each(Object.entries(found))('do no more about %s than one does', async (_, what) => {
    const alone = await rounds(1, what);
    expect(await rounds(2, what)).toEqual(alone);
  });
});
