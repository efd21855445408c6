import { describe, expect, test } from 'vitest';
import type { GatewayRow } from '../../lambdas/console/view/views.ts';
import { CommandFailed } from '../../lib/cli/failure.ts';
import { type FleetNeeds, rotateMany } from '../../lib/cli/rotate-many.ts';

type End = 'COMPLETED' | 'FAILED' | 'HELD' | 'REFUSED' | 'UNREACHABLE';

/** Gateways whose rotations end so after three looks, unless they are refused; `running` ones have begun before. */
const fleet = (
  ends: Readonly<Record<string, End>>,
  running: readonly string[] = [],
  lately: readonly string[] = [],
) => {
  const ages = new Map(running.map((id) => [id, 0]));
  const [started, atOnce]: [string[], number[]] = [[], []];
  const isOver = (id: string): boolean => (ages.get(id) ?? 0) > 3 && ends[id] !== 'HELD';
  const rowOf = (id: string) =>
    ({
      gatewayId: id,
      ...(ages.has(id) && !isOver(id)
        ? {
            rotation: {
              rotationId: `r-${id}`,
              ...(ends[id] === 'HELD' && (ages.get(id) ?? 0) > 1 ? { held: {} } : {}),
            },
          }
        : {}),
    }) as unknown as GatewayRow;
  const needs: FleetNeeds = {
    rotate: async (id) => {
      started.push(id);
      if (ends[id] === 'REFUSED') throw new CommandFailed('refused', 'it is retired');
      if (ends[id] === 'UNREACHABLE') throw new CommandFailed('unreachable', 'no answer');
      ages.set(id, 0);
      return { rotationId: `r-${id}` };
    },
    look: async () => new Map(Object.keys(ends).map((id) => [id, rowOf(id)])),
    outcomeOf: async (id) => (ends[id] === 'FAILED' ? 'FAILED' : 'COMPLETED'),
    wasRotatedLately: async (id) => lately.includes(id),
    show: (all) => void atOnce.push(all.filter(({ result }) => result === 'RUNNING').length),
    pause: async () => {
      for (const [id, age] of ages) ages.set(id, age + 1);
    },
  };
  return { needs, started, atOnce };
};
const resultsOf = (all: Awaited<ReturnType<typeof rotateMany>>) =>
  all.map(({ gatewayId, result }) => [gatewayId, result]);

describe('rotating many gateways', () => {
  test('runs so many at a time and no more, and sees each to its end', async () => {
    const ends = { a: 'COMPLETED', b: 'COMPLETED', c: 'COMPLETED', d: 'COMPLETED', e: 'COMPLETED' } as const;
    const { needs, started, atOnce } = fleet(ends);
    const all = await rotateMany(needs, Object.keys(ends), { maxParallel: 3, keepsGoing: false });
    expect(all.every(({ result }) => result === 'COMPLETED')).toBe(true);
    expect(started).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(Math.max(...atOnce)).toBe(3);
  });

  test.each([
    ['fails', 'FAILED', 'FAILED'],
    ['is held', 'HELD', 'HELD'],
    ['is refused', 'REFUSED', 'REFUSED'],
    ['may have begun or not', 'UNREACHABLE', 'UNKNOWN'],
  ] as const)('starts no other once one %s, and sees those that run to their end', async (_, end, result) => {
    const ends = { a: 'COMPLETED', b: end, c: 'COMPLETED', d: 'COMPLETED' } as const;
    const { needs, started } = fleet(ends);
    const all = await rotateMany(needs, Object.keys(ends), { maxParallel: 2, keepsGoing: false });
    expect(resultsOf(all)).toEqual(
      expect.arrayContaining([
        ['a', 'COMPLETED'],
        ['b', result],
        ['d', 'NOT_STARTED'],
      ]),
    );
    expect(started).not.toContain('d');
    const others = fleet(ends);
    const kept = await rotateMany(others.needs, Object.keys(ends), { maxParallel: 2, keepsGoing: true });
    expect(
      resultsOf(kept)
        .filter(([, one]) => one === 'COMPLETED')
        .map(([id]) => id),
    ).toEqual(['a', 'c', 'd']);
  });

  test('waits for one that runs already in place of starting it, so that it may be run again', async () => {
    const ends = { a: 'COMPLETED', b: 'COMPLETED', c: 'COMPLETED' } as const;
    const { needs, started } = fleet(ends, ['b'], ['c']);
    const all = await rotateMany(needs, Object.keys(ends), { maxParallel: 1, keepsGoing: false });
    expect(all).toEqual([
      { gatewayId: 'a', result: 'COMPLETED', rotationId: 'r-a' },
      { gatewayId: 'b', result: 'COMPLETED', rotationId: 'r-b', joined: true },
      { gatewayId: 'c', result: 'ROTATED_LATELY' },
    ]);
    expect(started).toEqual(['a']);
  });
});
