import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { secretWritesASecond, turnIn } from '../../lambdas/domain/pace.ts';
import { callsAtOnce, shardsByCall } from '../../lambdas/domain/shards.ts';

test('no more than two begin in any second, and who comes late does not wait', () => {
  let nextFromMs = 0;
  const begun = [0, 0, 0, 0, 100, 9_000, 9_000].map((nowMs) => {
    const turn = turnIn(nextFromMs, nowMs, 2);
    nextFromMs = turn.nextFromMs;
    return turn.fromMs;
  });
  expect(begun).toEqual([0, 500, 1_000, 1_500, 2_000, 9_000, 9_500]);
});

test('as many calls run at once as the share of each is reckoned with, and two rotations leave room in the quota of the account', () => {
  const definition = JSON.parse(readFileSync(new URL('../../lib/rotation.asl.json', import.meta.url), 'utf8'));
  expect(definition.States.DistributeCredential.MaxConcurrency).toBe(callsAtOnce);
  expect(2 * secretWritesASecond.ofRotation).toBeLessThan(secretWritesASecond.ofAccount);
});

test.each([
  ['few kits in each of them', [0, 1, 2, 3, 4], 50, [[0, 1, 2, 3, 4]]],
  ['a tenth of the kits of each', Array.from({ length: 20 }, (_, shard) => shard), 200, [10, 10]],
  ['most of the kits of each', [3, 7], 190, [3, 7]],
  ['none', [], 0, []],
])('shards with %s are given to as few calls as have to be', (_, shards, kits, expected) => {
  const calls = shardsByCall(shards, kits);
  expect(calls.flat()).toEqual(shards);
  expect(expected).toEqual(
    typeof expected[0] === 'number' && expected[0] === 10 ? calls.map((one) => [one].flat().length) : calls,
  );
});
