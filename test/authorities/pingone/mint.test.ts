import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MintResult } from '../../../lambdas/authorities/pingone/mint.ts';
import type { PingOneFault } from '../../../lib/local/stand-ins/pingone/control.ts';
import { type Kill, type MintWorld, mintWorld, minutes, type Run } from './mint-world.ts';

/** Everything that must be true whatever was lost, late or killed; `result` is how it ended once nothing went wrong any more. */
const check = async (world: MintWorld, result: MintResult) => {
  world.advance(minutes(60)); // whatever is late has come
  expect(world.touched()).toEqual([]);
  expect(world.most()).toBeLessThanOrEqual(1);
  const named =
    result.kind === 'MINTED'
      ? [result.credentialId, ...result.unexplained]
      : result.kind === 'HOLD'
        ? result.credentialIds
        : [];
  expect(named).toEqual(expect.arrayContaining(world.ours()));
  if (result.kind !== 'MINTED') return;
  const stored = world.vault.get(result.attempt);
  expect(stored?.credentialId).toBe(result.credentialId);
  expect(world.ours()).toEqual([result.credentialId]);
  expect(await world.use(stored?.value ?? '')).toBe(200);
};

const creates: readonly (PingOneFault | undefined)[] = [
  undefined,
  { kind: 'lost-request' },
  { kind: 'lost-answer' },
  { kind: 'silent' },
  { kind: 'dropped' },
  { kind: 'slow', ms: 9_000 },
  { kind: 'slow', ms: 12_000 },
  { kind: 'late-commit', afterMs: 5_000 },
  { kind: 'late-commit', afterMs: minutes(1) },
  { kind: 'late-commit', afterMs: minutes(14) },
  { kind: 'limited', retryAfter: '1' },
  { kind: 'refused', status: 500, code: 'UNEXPECTED_ERROR' },
  { kind: 'refused', status: 403, code: 'ACCESS_FAILED' },
  { kind: 'page', status: 201 },
];
const removes: readonly (PingOneFault | undefined)[] = [
  undefined,
  { kind: 'lost-request' },
  { kind: 'lost-answer' },
  { kind: 'late-commit', afterMs: 5_000 },
  { kind: 'limited', retryAfter: '60' },
];
const kills: readonly (Kill | undefined)[] = [
  undefined,
  ...[0, 1, 2, 3].flatMap((effect) => [{ effect, when: 'before' } as const, { effect, when: 'after' } as const]),
];
const nameOf = (one: unknown) => JSON.stringify(one) ?? 'nothing';

describe('The crash matrix: at most one new live credential, no orphan, none of others touched', () => {
  for (const create of creates)
    test.each(kills.map((kill) => [nameOf(kill), kill] as const))(
      `create ${nameOf(create)}, killed %s, then each lost revoke`,
      async (_name, kill) => {
        for (const remove of removes) {
          const world = mintWorld(2);
          await world.begin();
          await world.run({ ...(create ? { create } : {}), ...(kill ? { kill } : {}) });
          world.advance(minutes(16));
          await world.run({ ...(remove ? { remove } : {}) });
          const result = await world.finish();
          await check(world, result);
        }
      },
    );
});

const everyEffect = [0, 1, 2, 3, 4].flatMap((effect) => [
  { effect, when: 'before' } as const,
  { effect, when: 'after' } as const,
]);
test.each(everyEffect)('Killed %j while what an attempt left behind is revoked, it goes on to one', async (kill) => {
  const world = mintWorld(2);
  await world.begin();
  await world.run({ create: { kind: 'lost-answer' } });
  const [orphan] = world.ours();
  world.advance(minutes(16));
  await world.run({ kill }); // the note of what is revoked, the revoke, the note of the attempt, the POST, the vault
  const result = await world.finish();
  expect(result).toMatchObject({ kind: 'MINTED' });
  expect(world.ours()).not.toContain(orphan);
  await check(world, result);
});

describe('Minting', () => {
  const ended = async (first: Run, foreign = 2) => {
    const world = mintWorld(foreign);
    await world.begin();
    const result = await world.run(first);
    return { world, result };
  };

  test('takes one POST when nothing goes wrong, and is the same when it is asked again', async () => {
    const { world, result } = await ended({});
    expect(result).toMatchObject({ kind: 'MINTED', attempt: 1, unexplained: [] });
    expect(await world.run({})).toEqual(result);
    expect(world.everMade().length).toBe(1);
    await check(world, result as MintResult);
  });

  test('after a lost answer waits a quarter of an hour, revokes exactly the one nobody holds, and mints again', async () => {
    const { world, result } = await ended({ create: { kind: 'lost-answer' } });
    expect(result).toMatchObject({ kind: 'WAITING' });
    const [orphan] = world.ours();
    const minted = await world.finish();
    expect(minted).toMatchObject({ kind: 'MINTED' });
    expect(world.ours()).not.toContain(orphan);
    expect(world.everMade().length).toBe(2);
  });

  test('after a late commit holds and names it: it was created after the window, so it may be of somebody else', async () => {
    const { world } = await ended({ create: { kind: 'late-commit', afterMs: minutes(14) } });
    const result = await world.finish();
    expect(result).toEqual({ kind: 'HOLD', credentialIds: world.ours() });
    expect(world.ours().length).toBe(1);
  });

  test('after a silent drop does not take the answer for a credential', async () => {
    const { world, result } = await ended({ create: { kind: 'dropped' } });
    expect(result).toMatchObject({ kind: 'WAITING' });
    expect(await world.finish()).toMatchObject({ kind: 'MINTED', attempt: 2 });
    await check(world, await world.finish());
  });

  test('holds and names both when somebody else made one in the same window', async () => {
    const { world } = await ended({ create: { kind: 'lost-answer' } });
    await world.createByHand();
    const both = [...world.ours(), [...world.byHand].at(-1)];
    expect(await world.finish()).toEqual({ kind: 'HOLD', credentialIds: both });
    expect(world.touched()).toEqual([]);
  });

  test('refuses to POST with five there, and shows each with creation and last use', async () => {
    const { world, result } = await ended({}, 5);
    expect(result).toMatchObject({ kind: 'NO_ROOM' });
    if (result instanceof Error || result.kind !== 'NO_ROOM') throw new Error('There is no room.');
    expect(result.listed.map(({ lastUsedAtMs }) => lastUsedAtMs !== undefined)).toEqual([true, true, true, true, true]);
    expect(world.pingOne.control.asked).not.toContain('create-credential');
  });

  test('refuses to send a POST long after the list that it rests on: its window would be wrong', async () => {
    const { world, result } = await ended({ journalMs: 15_001 });
    expect(result).toMatchObject({ name: 'TemporarilyUnavailable' });
    expect(world.pingOne.control.asked).not.toContain('create-credential');
    expect(world.intent()?.attempts).toEqual([]);
    await check(world, await world.finish());
  });

  test('keeps no trace of attempts that were refused, and of limited ones only as long as they matter', async () => {
    const world = mintWorld(0);
    await world.begin();
    await world.run({ create: { kind: 'refused', status: 403, code: 'ACCESS_FAILED' } });
    expect(world.intent()?.attempts).toEqual([]);
    for (const pauseMs of [1_000, minutes(16), 1_000]) await world.run({ create: { kind: 'limited' }, pauseMs });
    expect(world.intent()?.attempts.map(({ limited }) => limited)).toEqual([true]);
    await check(world, await world.finish());
  });
});

test('Whatever is lost, late or killed, and whoever else creates: one new credential, no orphan, none of others touched', async () => {
  const optional = <T>(from: readonly (T | undefined)[]) => fc.constantFrom(...from);
  const lists: readonly (PingOneFault | undefined)[] = [
    undefined,
    undefined,
    { kind: 'lost-answer' },
    { kind: 'refused', status: 503, code: 'UNEXPECTED_ERROR' },
    { kind: 'slow', ms: 9_000 },
  ];
  const run = fc
    .record({
      create: optional(creates),
      remove: optional(removes),
      list: optional(lists),
      kill: fc.option(fc.record({ effect: fc.nat(6), when: fc.constantFrom('before' as const, 'after' as const) }), {
        nil: undefined,
        freq: 2,
      }),
      byHand: fc.boolean(),
      pauseMs: fc.constantFrom(0, 500, 20_000, minutes(5), minutes(16), minutes(40)),
    })
    .map((one) => Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined)) as Run);
  const ends = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.nat(3), fc.array(run, { maxLength: 6, size: 'max' }), async (foreign, runs) => {
      const world = mintWorld(foreign);
      await world.begin();
      for (const one of runs) await world.run(one);
      const result = await world.finish();
      ends.add(result.kind);
      await check(world, result);
    }),
    { numRuns: 200, seed: 20_261_126 },
  );
  expect(ends).toEqual(new Set(['MINTED', 'HOLD', 'NO_ROOM']));
});
