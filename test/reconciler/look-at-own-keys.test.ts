import { describe, expect, test } from 'vitest';
import { pingOneClients, systemAccess } from '../../lambdas/authorities/pingone/client.ts';
import type { PingOneAuthority } from '../../lambdas/domain/authority.ts';
import type { Kit } from '../../lambdas/domain/kit.ts';
import { KitCallFailed, type KitCallProblem } from '../../lambdas/domain/kit-call-failed.ts';
import { defaultPolicy } from '../../lambdas/domain/policy.ts';
import type { SecretUser } from '../../lambdas/domain/secret-tag.ts';
import type { Dependencies, KitSecret, PingOne } from '../../lambdas/ports.ts';
import { lookAtOwnKeys } from '../../lambdas/reconciler/look-at-own-keys.ts';
import { atRest, inRotation, now } from '../domain/gateways.ts';
import { noPingOne } from '../support/no-pingone.ts';
import { benchWith, kitOf } from '../workflow/doubles.ts';

const [hour, day] = [3_600_000, 86_400_000];
const utc = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`;
const in3Days = utc(now + 3 * day);
const in90Days = utc(now + 90 * day);
const kong = (kitId: string, adminTokenSecret: string, more: Partial<Kit> = {}): Kit =>
  kitOf(
    kitId,
    {},
    {
      ...{ kind: 'kong', settings: { adminUrl: 'https://kong.example.com', adminTokenSecret } },
      ...more,
    },
  );

const unread = async (): Promise<never> => {
  throw new Error('Nobody asks PingOne here.');
};

type Shown = Partial<KitSecret> | KitCallProblem;
/** A bench whose secrets show these, and who asked for which. */
const benchOf = (
  kits: readonly Kit[],
  secrets: Record<string, Shown>,
  record = atRest({ policy: defaultPolicy }),
  pingOne: PingOne = noPingOne,
) => {
  const asked: string[] = [];
  const unused = async (): Promise<never> => {
    throw new Error('Not used.');
  };
  const kitSecrets: Dependencies['kitSecrets'] = (user: SecretUser) => ({
    readText: unused,
    write: unused,
    read: async (secretId) => {
      asked.push(`${user.kitId ?? 'gateway'} ${secretId}`);
      const shown = secrets[secretId] ?? 'NOT_GIVEN';
      if (typeof shown === 'string') throw new KitCallFailed(shown, 'marked-answer');
      return { arn: undefined, versionId: undefined, text: 'marked-token', createdAtMs: now - 30 * day, ...shown };
    },
  });
  const bench = benchWith(record, kits);
  const needs = { ...bench.dependencies, kitSecrets, pingOne };
  return { bench, asked, secrets, needs, look: () => lookAtOwnKeys(needs, bench.record, bench.nowMs + 60_000) };
};

describe('an own key that ends before a rotation could', () => {
  test('is recorded, and the owners of its kits are told in time', async () => {
    const { bench, look } = benchOf([kong('one', 's'), kong('two', 's', { owner: 'team-two' })], {
      s: { endsTag: in3Days },
    });
    await look();
    expect(bench.record.keysEnding).toBe(1);
    expect(bench.entries.at(-1)).toMatchObject({ kind: 'keys-ending', actor: 'reconciler', detail: { keys: 1 } });
    expect(bench.told.map(({ owner, severity }) => [owner, severity])).toEqual([
      ['team-edge', 'reminder'],
      ['team-two', 'reminder'],
    ]);
    expect(bench.told[0]?.text).toMatch(/Secret s: 30 days old; its owner says by a tag that it ends .* \(in 3 days\)/);
    expect(bench.seenKeys).toMatchObject({
      isWhole: true,
      keys: [{ secretId: 's', endsAtMs: now + 3 * day, from: 'TAG', kits: 2, readAtMs: now, toldAtMs: now }],
    });
    expect(JSON.stringify([bench.seenKeys, bench.told, bench.entries])).not.toContain('marked');
  });

  test('is told of once a day, looked at every hour, and is no more once a new one is in its secret', async () => {
    const { bench, look, secrets, asked } = benchOf([kong('one', 's')], { s: { endsTag: in3Days } });
    await look();
    bench.nowMs = now + hour - 1;
    await look();
    expect(asked).toHaveLength(1);
    bench.nowMs = now + hour;
    await look();
    expect([asked.length, bench.told.length]).toEqual([2, 1]);
    bench.nowMs = now + day;
    await look();
    expect(bench.told).toHaveLength(2);
    secrets.s = { endsTag: in90Days };
    bench.nowMs = now + day + hour;
    await look();
    expect([bench.record.keysEnding, bench.told.length]).toEqual([undefined, 2]);
    expect(bench.entries.filter(({ kind }) => kind === 'keys-ending')).toHaveLength(2);
  });

  test('is measured by the deadline of a rotation that was extended', async () => {
    const deadlineAtMs = now + 85 * day;
    const record = { ...inRotation('DISTRIBUTED', { deadlineAtMs }), policy: defaultPolicy };
    const { bench, look } = benchOf([kong('one', 's')], { s: { endsTag: in90Days } }, record);
    await look();
    expect(bench.record.keysEnding).toBe(1);
  });

  test('of which an owner cannot be told is recorded, and told of with the next look', async () => {
    const { bench, needs, look } = benchOf([kong('one', 's')], { s: { endsTag: in3Days } });
    const failing = { ...needs, notifyOwner: async () => Promise.reject(new Error('no topic')) };
    await lookAtOwnKeys(failing, bench.record, now + 60_000);
    expect([bench.record.keysEnding, bench.seenKeys?.keys[0]?.toldAtMs]).toEqual([1, undefined]);
    bench.nowMs = now + hour;
    await look();
    expect(bench.told).toHaveLength(1);
  });

  test.each([
    ['is recorded as well', [], ['gateway worker'], 1],
    ['is not read when its host is not allowed', ['allowed.example.com'], [], undefined],
  ])('of the worker application at PingOne %s', async (_, hosts, read, ending) => {
    const authority: PingOneAuthority = {
      kind: 'pingone',
      ...{ environmentId: 'e', gatewayId: 'g', workerSecret: 'worker', region: 'EU' as const },
      ...{ lastUsedLagSeconds: 0, lateCommitSeconds: 0 },
    };
    const { bench, look, asked } = benchOf(
      [],
      { worker: { endsTag: in3Days } },
      atRest({ policy: defaultPolicy, authority }),
      pingOneClients(systemAccess, unread, { allowed: hosts.length > 0 ? hosts : ['*.pingone.eu'], mayBeLocal: false }),
    );
    await look();
    expect([asked, bench.record.keysEnding]).toEqual([read, ending]);
    expect(bench.seenKeys?.keys).toMatchObject(read.map(() => ({ secretId: 'worker', kits: 0 })));
  });
});

describe('the look at own keys', () => {
  test('asks once for a secret that many kits share, and never for what holds the credential itself', async () => {
    const kits = [
      ...Array.from({ length: 250 }, (_, index) => kong(`kit-${index}`, 's')),
      kitOf('store', {}, { kind: 'secrets-manager', settings: { secretId: 'of-the-kit', propagationSeconds: 1 } }),
      kitOf('hand', {}, { kind: 'manual' }),
    ];
    const { asked, look, bench } = benchOf(kits, { s: {} });
    await look();
    expect(asked).toEqual(['kit-0 s']);
    expect(bench.seenKeys?.keys).toMatchObject([{ secretId: 's', kits: 250, from: 'NOBODY' }]);
    expect([bench.record.keysEnding, bench.told]).toEqual([undefined, []]);
  });

  test('tries the next kits where the tag of the secret does not name the first, and says so when it names none', async () => {
    const { asked, look, bench } = benchOf([kong('one', 's'), kong('two', 's')], { s: 'NOT_GIVEN' });
    await look();
    expect(asked).toEqual(['one s', 'two s']);
    expect(bench.seenKeys?.keys).toMatchObject([{ secretId: 's', problem: 'NOT_GIVEN' }]);
  });

  test('keeps what was known when Secrets Manager does not answer, and asks again in the next round', async () => {
    const { bench, look, secrets, asked } = benchOf([kong('one', 's')], { s: { endsTag: in3Days } });
    await look();
    secrets.s = 'RATE_LIMITED';
    bench.nowMs = now + day;
    await look();
    expect(bench.seenKeys).toMatchObject({ isWhole: false, keys: [{ endsAtMs: now + 3 * day, readAtMs: now }] });
    expect(bench.record.keysEnding).toBe(1);
    secrets.s = { endsTag: in90Days };
    bench.nowMs += 900_000;
    await look();
    expect([bench.seenKeys?.isWhole, bench.record.keysEnding, asked.length]).toEqual([true, undefined, 3]);
  });

  test('takes 300 of many in a round, and the others in the next ones', async () => {
    const names = Array.from({ length: 700 }, (_, index) => `s-${index}`);
    const { bench, look, asked } = benchOf(
      names.map((name) => kong(`kit-${name}`, name)),
      Object.fromEntries(names.map((name) => [name, {}])),
    );
    for (const [rounds, isWhole] of [
      [300, false],
      [600, false],
      [700, true],
      [700, true],
    ] as const) {
      await look();
      expect([asked.length, new Set(asked).size, bench.seenKeys?.isWhole]).toEqual([rounds, rounds, isWhole]);
    }
  });
});
