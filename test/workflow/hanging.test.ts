import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TemporarilyUnavailable } from '../../lambdas/domain/failure.ts';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import type { OwnerMessage } from '../../lambdas/domain/kit.ts';
import { emptySummary } from '../../lambdas/domain/may-revoke.ts';
import type { RecordStore } from '../../lambdas/ports.ts';
import { revokeCredential } from '../../lambdas/workflow/revoke-credential.ts';
import { gatewaysOver } from '../../lambdas/workflow/shared/change-record.ts';
import { ensureExecution } from '../../lambdas/workflow/shared/ensure-execution.ts';
import { escalateLaggards } from '../../lambdas/workflow/shared/escalate.ts';
import { by, inRotation, now, r1 } from '../domain/gateways.ts';
import { benchWith, kitOf, lateKit, step } from './doubles.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const never = (): Promise<never> => new Promise(() => undefined);
/** What comes of it when so much time passes. */
const within = async <Result>(ms: number, doing: Promise<Result>): Promise<Result | 'it waits'> => {
  let result: Result | 'it waits' = 'it waits';
  const settled = doing.then((one) => {
    result = one;
  });
  settled.catch(() => undefined); // it is thrown below
  await vi.advanceTimersByTimeAsync(ms);
  await Promise.race([settled, Promise.resolve()]);
  return result;
};

/** One record, its audit, and an event bus. */
const storeOf = (first: Gateway, publish: RecordStore['publish']) => {
  const saved = { record: first, audit: [] as number[] };
  const store: RecordStore = {
    read: async () => saved.record,
    save: async (gateway) => {
      saved.record = gateway;
      return true;
    },
    add: async () => true,
    list: async function* () {
      yield step.gatewayId;
    },
    writeAudit: async (_, transitions) => void saved.audit.push(...transitions.map(({ revision }) => revision)),
    readAudit: async function* (_, from) {
      for (const revision of saved.audit) if (revision >= from) yield { revision, kind: 'hold', atMs: now, ...by };
    },
    publish,
  };
  return { saved, gateways: gatewaysOver({ store, now: () => now }) };
};

describe('an event bus that hangs', () => {
  const hold = { kind: 'hold', rotationId: r1, ...by } as const;

  test('is not waited for: the decision is taken, audited, and published later', async () => {
    const { saved, gateways } = storeOf(inRotation('DISTRIBUTED'), never);
    expect(await within(5_000, gateways.apply(step.gatewayId, hold))).toMatchObject({ kind: 'applied', changed: true });
    expect(saved.record).toMatchObject({ rotation: { held: by }, outbox: [], unpublishedFrom: 2 });
    expect(saved.audit).toEqual([2]);
  });

  test('after some of what it missed goes on from there, and not from the beginning again', async () => {
    const published: number[] = [];
    const { saved, gateways } = storeOf(inRotation('DISTRIBUTED', {}, { unpublishedFrom: 2 }), async (_, news) => {
      if (published.length === 2) return never();
      published.push(...news.map(({ revision }) => revision));
    });
    saved.audit.push(2, 3, 4, 5);
    expect(await within(5_000, gateways.flush(saved.record))).toMatchObject({ unpublishedFrom: 4 });
    expect(published).toEqual([2, 3]);
  });
});

describe('messages to owners', () => {
  const owners = ['team-a', 'team-b', 'team-c'];
  const summary = {
    ...emptySummary,
    kits: 4,
    laggards: 4,
    named: [lateKit],
    unnamed: Object.fromEntries(owners.map((owner) => [owner, 1])),
  };
  const remindIsDue = { begun: { actor: 'alice', reason: 'because', atMs: now - 3_600_000 } };
  const benchTelling = (notifyOwner: (message: OwnerMessage) => Promise<void>, rotation: object = remindIsDue) =>
    benchWith(inRotation('DISTRIBUTED', rotation), [], { notifyOwner });

  test('that fail do not repeat the others: each of these is told once, and that one until it is told', async () => {
    const told: string[] = [];
    let isBroken = true;
    const bench = benchTelling(async ({ owner }) => {
      if (isBroken && owner === 'team-b') throw new TemporarilyUnavailable('SNS did not take the message.');
      told.push(owner);
    });
    for (let pass = 0; pass < 3; pass++) await escalateLaggards(bench.dependencies, step, bench.record, summary);
    expect(told.toSorted()).toEqual(['team-a', 'team-c', 'team-edge']);
    expect(bench.record.rotation?.escalationLevel).toBe(1);
    isBroken = false;
    for (let pass = 0; pass < 2; pass++) await escalateLaggards(bench.dependencies, step, bench.record, summary);
    expect(told.slice(3)).toEqual(['team-b']);
    expect(bench.record.rotation).not.toHaveProperty('untold');
  });

  test('that nobody takes are not waited for at the deadline', async () => {
    const bench = benchTelling(never, { deadlineAtMs: now - 1 });
    await within(30_000, escalateLaggards(bench.dependencies, step, bench.record, summary));
    expect(bench.record.rotation).toMatchObject({ escalationLevel: 3, held: { actor: 'policy' } });
  });

  test('are not waited for when a force is dropped', async () => {
    const bench = benchTelling(never, { forced: { ...by, atMs: 1, kitsHash: 'hash' } });
    bench.kits.set(kitOf('one').kitId, kitOf('one'));
    const proofs = { ...bench.dependencies.proofs, covered: async () => [] };
    const dropped = revokeCredential({ ...bench.dependencies, proofs }, step);
    expect(await within(30_000, dropped)).toMatchObject({ next: 'VerifyKits' });
  });
});

test('a decision is not kept waiting by an execution that cannot be asked for: the reconciler sees to it', async () => {
  const { executions } = benchWith(inRotation('DISTRIBUTED')).dependencies;
  const bench = benchWith(inRotation('DISTRIBUTED', { executionArn: 'arn' }), [], {
    executions: { ...executions, stateOf: never },
  });
  const ensured = ensureExecution(bench.dependencies, bench.record, by, 'woken').then(() => 'answered');
  expect(await within(10_000, ensured)).toBe('answered');
});
