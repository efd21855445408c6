import { describe, expect, test } from 'vitest';
import { StepFailed } from '../../lambdas/domain/failure.ts';
import type { KitId } from '../../lambdas/domain/ids.ts';
import { distributeShard } from '../../lambdas/workflow/distribute-shard.ts';
import { parseShardStep } from '../../lambdas/workflow/shared/step.ts';
import { a, inRotation } from '../domain/gateways.ts';
import { benchWith, kitOf, step } from './doubles.ts';

const pending = kitOf('edge', { state: 'PENDING' });
const shard = { ...step, shard: 0 };

describe('an owner', () => {
  test('is told once, however often the shard is distributed', async () => {
    const bench = benchWith(inRotation('PROMOTED'), [pending]);
    await distributeShard(bench.dependencies, shard);
    await distributeShard(bench.dependencies, shard);
    expect(bench.told).toHaveLength(1);
    expect(bench.kits.get('edge' as KitId)?.work?.state).toBe('WITH_OWNER');
  });

  test('is not told while the rotation is held', async () => {
    const held = { held: { actor: 'alice', reason: 'wait', atMs: 1 } };
    const bench = benchWith(inRotation('PROMOTED', held), [pending]);
    await distributeShard(bench.dependencies, shard);
    expect(bench.told).toEqual([]);
  });
});

test('an error that is not a kit error is recorded by its name: its message may quote a secret (invariant 9)', async () => {
  const bench = benchWith(inRotation('PROMOTED'), [pending], {
    notifyOwner: async () => {
      throw new TypeError('value of v-c-b is not a header');
    },
  });
  expect(await distributeShard(bench.dependencies, shard)).toMatchObject({ failed: 1 });
  const { work } = bench.kits.get('edge' as KitId) ?? {};
  expect(work).toMatchObject({ state: 'FAILED', failure: { code: 'TypeError' } });
  expect(JSON.stringify(work)).not.toContain('value of v-c-b');
});

test('the reason of a failure is in the log, and stays with the kit while it is tried again', async () => {
  const work = { state: 'PENDING', failure: { code: 'TIMEOUT', message: 'It did not answer in time.' } } as const;
  const seen: unknown[] = [];
  const bench = benchWith(inRotation('PROMOTED'), [kitOf('edge', work)], {
    notifyOwner: async () => {
      seen.push(bench.kits.get('edge' as KitId)?.work?.failure?.code);
      throw new StepFailed('The topic is gone.');
    },
  });
  const logged: unknown[] = [];
  await distributeShard({ ...bench.dependencies, log: (...line) => void logged.push(line) }, shard);
  expect(seen).toEqual(['TIMEOUT']);
  expect(logged).toMatchObject([['WARN', expect.any(String), { code: 'StepFailed', message: 'The topic is gone.' }]]);
});

test('refuses a step without a shard in our own words', () => {
  expect(() => parseShardStep({ ...step, shard: -1 })).toThrow(/^A state of the workflow was given .*shard/s);
});

test('kits that were never tried come before those that have failed', async () => {
  const told: string[] = [];
  const failing = (kitId: string, attempts: number) => kitOf(kitId, { state: 'PENDING', attempts });
  const { work: _, ...untried } = kitOf('untried');
  const earlier = kitOf('earlier', { generation: 1, attempts: 9, credentialId: a });
  const kits = [failing('thrice', 3), failing('once', 1), untried, earlier, failing('sent', 0)];
  const bench = benchWith(inRotation('PROMOTED'), kits, {
    notifyOwner: async ({ kitId }) => void told.push(kitId ?? ''),
  });
  await distributeShard(bench.dependencies, shard);
  expect(told).toEqual(['untried', 'earlier', 'sent', 'once', 'thrice']);
});
