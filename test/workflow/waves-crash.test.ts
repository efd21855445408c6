import { afterEach, describe, expect, it } from 'vitest';
import { newFolder, openWorld, remove, untilDead, untilEnded, type World } from './world.ts';

const waves = [{ kits: 1, bakeSeconds: 4 }, { percent: 100 }];
let folder: string;
let world: World;
afterEach(async () => {
  await world.close();
  remove(folder);
});

/** A rotation in waves whose process dies behind the write of a transition, and is started again. */
const killedAt = async (diesAt: string, isBad: boolean): Promise<string> => {
  folder = newFolder({ waves });
  world = await openWorld({ folder, startAtMs: Date.UTC(2030, 0, 1) });
  await world.register();
  await untilEnded(world);
  const startAtMs = world.now() + 10_000;
  await world.close();
  world = await openWorld({ folder, startAtMs, diesAt });
  const old = await world.currentCredential();
  for (let used = 0; used < 3; used++) await world.second();
  if (isBad) world.stolen.value = 'gwc_garbage'; // from an address that the kit has as well
  await world.rotate();
  await untilDead(world);
  expect(world.refusals).toEqual([]);
  world = await openWorld({ folder, startAtMs: world.now() });
  return old;
};

const untilHeld = async (): Promise<void> => {
  for (let waited = 0; waited < 300; waited++) {
    if ((await world.gateway()).rotation?.held) return;
    if (waited % 30 === 0) await world.call('reconcile', {});
    await world.second();
  }
  throw new Error('The rotation is not held.');
};

/** It completes, with one new credential, and nobody was refused what he held. */
const expectAllWell = async (old: string): Promise<void> => {
  const { ended, live, currentVersionId } = await untilEnded(world);
  expect(ended.map(({ outcome }) => outcome)).toEqual(['COMPLETED', 'COMPLETED']);
  expect(live).toMatchObject([{ stage: 'CURRENT', versionId: currentVersionId }]);
  expect((await world.audit()).filter(({ kind }) => kind === 'created')).toHaveLength(2);
  expect(await world.ask(old)).toBe(401);
  expect(world.refusals).toEqual([]);
};

describe('A rotation in waves whose process is killed (invariants 4 and 5)', () => {
  it.each(['open-wave', 'distributed'])('behind %s completes', async (diesAt) => {
    await expectAllWell(await killedAt(diesAt, false));
    expect((await world.audit()).filter(({ kind }) => kind === 'open-wave')).toHaveLength(2);
  });

  it.each(['wave-bad', 'wave-returned'])(
    'behind %s takes the bad wave back once, is held, and completes when resumed',
    async (diesAt) => {
      const old = await killedAt(diesAt, true);
      await untilHeld();
      const kinds = (await world.audit()).map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'wave-bad' || kind === 'wave-returned')).toEqual([
        'wave-bad',
        'wave-returned',
      ]);
      expect(await world.ask(old)).toBe(200);
      expect(await world.decide('resume')).toMatchObject({ result: 'DONE' });
      await expectAllWell(old);
    },
  );
});
