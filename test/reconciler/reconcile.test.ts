import { afterEach, describe, expect, test, vi } from 'vitest';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import type { Dependencies, ExecutionState, IsDone } from '../../lambdas/ports.ts';
import { reconcile } from '../../lambdas/reconciler/reconcile.ts';
import { a, atRest, b, inRotation, live, now, r1 } from '../domain/gateways.ts';
import { benchWith } from '../workflow/doubles.ts';

const held = { actor: 'alice', reason: 'wait', atMs: 1 };
const dead = {
  credentialId: a,
  digest: 'digest of c-a',
  versionId: 'v-c-a',
  cause: 'COMPROMISED',
  rotationId: r1,
  revokedAtMs: now - 1_000,
} as const;
const doomed = live('c-a', { compromised: { atMs: now - 2_000, rejectAfterMs: now - 1_000 } });
const running = { executionArn: 'arn', trigger: 'compromise' } as const;

const benchAt = (
  record: Parameters<typeof benchWith>[0],
  state: ExecutionState,
  ofSecret: Partial<Dependencies['secretVersions']> = {},
) => {
  const bench = benchWith(record);
  const executions = { ...bench.dependencies.executions, stateOf: async () => state };
  const secretVersions = { ...bench.dependencies.secretVersions, ...ofSecret };
  return { bench, dependencies: { ...bench.dependencies, executions, secretVersions } };
};
const failed: ExecutionState = { kind: 'ENDED', failed: true, stoppedAtMs: now - 3_600_000 };
const aborted: ExecutionState = { kind: 'ABORTED', failed: true, stoppedAtMs: now - 3_600_000 };

describe('while a rotation is held', () => {
  test('nothing is started, and the quiet goes on being watched', async () => {
    const { bench, dependencies } = benchAt(inRotation('DISTRIBUTED', { ...running, held }), failed);
    expect(await reconcile(dependencies)).toEqual([]);
    expect(bench.commands.map(({ kind }) => kind)).toEqual(['arm-probe', 'quiet-checked']);
    expect(bench.record.rotation?.watchedAtMs).toBe(now);
  });

  test('a compromised credential that was revoked is still seen refused (invariant 7)', async () => {
    const record = inRotation('DISTRIBUTED', { ...running, held }, { live: [live('c-b')], revoked: [dead] });
    const { bench, dependencies } = benchAt(record, failed, { release: async () => undefined });
    expect(await reconcile(dependencies)).toMatchObject([{ what: 'CONFIRMED' }]);
    expect(bench.record.revoked).toEqual([{ ...dead, confirmedAtMs: now }]);
  });

  test('a compromised credential is revoked even when somebody aborted the execution (invariant 7)', async () => {
    const record = inRotation('PROMOTED', { ...running, held }, { live: [doomed, live('c-b')] });
    const { bench, dependencies } = benchAt(record, aborted);
    expect(await reconcile(dependencies)).toMatchObject([{ what: 'STARTED' }]);
    expect(bench.record.rotation?.attempt).toBe(2);
  });
});

describe('after five failed attempts', () => {
  const fourFailed = { ...running, failedAttempts: 4 };
  const benchOf = (rotation: object) => {
    const { bench, dependencies } = benchAt(inRotation('PROMOTED', rotation, { live: [doomed, live('c-b')] }), failed);
    const secretVersions = { ...dependencies.secretVersions, release: async () => undefined };
    return { bench, dependencies: { ...dependencies, secretVersions } };
  };

  test('what is compromised and past its time is revoked and seen refused all the same, and it is held once (invariant 7)', async () => {
    const { bench, dependencies } = benchOf(fourFailed);
    const ended = [{ what: 'REVOKED' }, { what: 'CONFIRMED' }];
    expect(await reconcile(dependencies)).toMatchObject([{ what: 'HELD' }, ...ended]);
    const gone = { credentialId: a, cause: 'COMPROMISED', confirmedAtMs: now };
    expect(bench.record.revoked).toMatchObject([gone]);
    expect(await reconcile(dependencies)).toEqual([]);
  });

  test('so it is while the rotation is held already, and nothing but that is revoked', async () => {
    const { bench, dependencies } = benchOf({ ...fourFailed, held, stage: 'DISTRIBUTED', retireIds: [a, b] });
    const other = live('c-b', { compromised: { atMs: now - 2_000, rejectAfterMs: now + 60_000 } });
    bench.record = { ...bench.record, live: [doomed, other, live('c-c')] };
    expect(await reconcile(dependencies)).toMatchObject([{ what: 'REVOKED' }, { what: 'CONFIRMED' }]);
    expect(bench.record.live.map(({ credentialId }) => credentialId)).toEqual([b, 'c-c']);
    bench.nowMs += 60_000;
    expect(await reconcile(dependencies)).toMatchObject([{ what: 'REVOKED' }, { what: 'CONFIRMED' }]);
  });
});

describe('a revoked credential whose value is gone', () => {
  const readVersion: Dependencies['secretVersions']['readVersion'] = async () => undefined;
  const record = inRotation('PROMOTED', { executionArn: 'arn' }, { live: [live('c-b')], revoked: [dead] });

  test('is named with the command for it, and stops nothing else of its gateway', async () => {
    const { bench, dependencies } = benchAt(record, { kind: 'ABSENT' }, { readVersion });
    expect(await reconcile(dependencies)).toMatchObject([
      { what: 'FAILED', why: expect.stringContaining('waive-proof') },
      { what: 'STARTED_AGAIN' },
    ]);
    expect(bench.record.revoked).toEqual([dead]);
  });

  test('is not looked at while another probe is under way, so that neither spoils the other', async () => {
    const probe = { nonceHash: 'of a pass', credentialId: b, armedAtMs: now - 1_000 };
    const { dependencies } = benchAt({ ...record, probe }, { kind: 'RUNNING' }, { readVersion });
    expect(await reconcile(dependencies)).toEqual([]);
  });
});

describe('while no rotation runs', () => {
  const never = { ...dead, cause: 'NEVER_DISTRIBUTED' } as const;
  const resting = atRest({ live: [live('c-b')], revoked: [never] });
  const ended: ExecutionState = { kind: 'ABSENT' };

  test('what was revoked is seen refused, recorded, and its label released (invariant 8)', async () => {
    const { bench, dependencies } = benchAt(resting, ended);
    const released: string[] = [];
    const secretVersions = {
      ...dependencies.secretVersions,
      release: async (_: string, readIsDone: () => Promise<IsDone>) => {
        const isDone = await readIsDone();
        released.push(...[a, b].filter((id) => isDone(id, `v-${id}`)));
      },
    };
    expect(await reconcile({ ...dependencies, secretVersions })).toMatchObject([{ what: 'CONFIRMED' }]);
    expect(bench.record.revoked).toEqual([{ ...never, confirmedAtMs: now }]);
    expect(bench.asked).toEqual(['value of v-c-a']);
    expect(bench.commands.at(-1)).toMatchObject({ kind: 'confirm', actor: 'reconciler' });
    expect(released).toEqual([a]);
    expect(await reconcile({ ...dependencies, secretVersions })).toEqual([]);
  });

  test('a rotation that begins in this moment sees to it, and that is no failure', async () => {
    const { bench, dependencies } = benchAt(resting, ended);
    bench.before = () => {
      bench.record = inRotation('BEGUN', {}, { revoked: [never] });
    };
    expect(await reconcile(dependencies)).toEqual([]);
    expect(bench.record.revoked).toEqual([never]);
  });

  test('nothing is said before the propagation bound has passed', async () => {
    const record = { ...resting, policy: { ...resting.policy, serveStaleSeconds: 2 } };
    const { bench, dependencies } = benchAt(record, ended);
    expect(await reconcile(dependencies)).toEqual([]);
    expect(bench.asked).toEqual([]);
  });

  test('refuses to say revoked while the policy check accepts it or does not answer (invariant 6)', async () => {
    const { bench, dependencies } = benchAt(resting, ended);
    for (const ask of [async () => 'ACCEPTED' as const, async () => Promise.reject(new Error('no answer'))]) {
      expect(await reconcile({ ...dependencies, policyCheck: { ask } })).toMatchObject([{ what: 'FAILED' }]);
      bench.nowMs += 60_000;
    }
    expect(bench.record.revoked).toEqual([never]);
  });
});

test('an execution that somebody aborted holds the rotation', async () => {
  const { bench, dependencies } = benchAt(inRotation('DISTRIBUTED', running), aborted);
  expect(await reconcile(dependencies)).toMatchObject([{ what: 'HELD' }]);
  expect(bench.record.rotation?.held?.actor).toBe('reconciler');
});

describe('a gateway that hangs', () => {
  afterEach(() => void vi.useRealTimers());
  /** Of `hanging` gateways every read hangs; the one behind them waits for its first attempt. */
  const runWith = async (hanging: number) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { bench, dependencies } = benchAt(inRotation('BEGUN', { attempt: 0 }), failed);
    const gateways: typeof dependencies.gateways = {
      ...dependencies.gateways,
      list: async function* () {
        for (let index = 0; index < hanging; index++) yield `hangs-${index}` as GatewayId;
        yield bench.record.gatewayId;
      },
      read: async (gatewayId) =>
        gatewayId.startsWith('hangs') ? new Promise<never>(() => undefined) : dependencies.gateways.read(gatewayId),
    };
    const repairs = reconcile({ ...dependencies, gateways });
    return { bench, repairs };
  };

  test('does not keep the next one waiting', async () => {
    const { bench, repairs } = await runWith(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(bench.record.rotation?.attempt).toBe(1);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await repairs).toMatchObject([{ what: 'FAILED', why: expect.stringContaining('TookTooLong') }, {}]);
  });

  test('is left after its time, and when many do the others still have their turn', async () => {
    const { bench, repairs } = await runWith(35);
    await vi.advanceTimersByTimeAsync(240_000);
    expect(await Promise.race([repairs, Promise.resolve('it waits')])).toHaveLength(36);
    expect(bench.record.rotation?.attempt).toBe(1);
  });
});
