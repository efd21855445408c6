import { describe, expect, test } from 'vitest';
import { createCredential } from '../../lambdas/stages/create-credential.ts';
import { inRotation, live } from '../domain/gateways.ts';
import { benchWith, step } from './doubles.ts';

/** A bench whose vault says from which versions AWSCURRENT might be moved. */
const promoting = (...parameters: Parameters<typeof inRotation>) => {
  const moves: unknown[] = [];
  const bench = benchWith(inRotation(...parameters));
  const vault = {
    ...bench.equipment.vault,
    promote: async (_: string, versionId: string, fromVersionIds: readonly string[] | undefined) => {
      moves.push({ versionId, fromVersionIds });
    },
  };
  return { bench, moves, equipment: { ...bench.equipment, vault } };
};

describe('promotion', () => {
  test('may move AWSCURRENT from the version of any live credential: a rotation that failed may have left it there', async () => {
    const left = live('c-x', { stage: 'ACCEPTED' });
    const gateway = { live: [live('c-a', { stage: 'CURRENT' }), left, live('c-b')] };
    const { equipment, moves } = promoting('ACCEPTED', {}, gateway);
    expect(await createCredential(equipment, step)).toMatchObject({ next: 'DistributeCredential' });
    expect(moves).toEqual([{ versionId: 'v-c-b', fromVersionIds: ['v-c-a', 'v-c-a', 'v-c-x', 'v-c-b'] }]);
  });

  test('of a compromise may move it from any version', async () => {
    const { equipment, moves } = promoting('ACCEPTED', { trigger: 'compromise' });
    await createCredential(equipment, step);
    expect(moves).toEqual([{ versionId: 'v-c-b', fromVersionIds: undefined }]);
  });
});

test('a rotation that was held meanwhile does nothing', async () => {
  const { bench, equipment } = promoting('ACCEPTED', { held: { actor: 'alice', reason: 'wait', atMs: 1 } });
  expect(await createCredential(equipment, step)).toMatchObject({ next: 'RotationHeld' });
  expect(bench.commands).toEqual([]);
});
