import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { hasReached, type RotationStage } from '../../lambdas/domain/gateway.ts';
import { newFolder, openWorld, remove, untilDead, untilEnded, type World } from './world.ts';

/** The definition of the last release: executions that run when a deployment is updated go on with the one they began with. */
const released = readFileSync(join(import.meta.dirname, 'released', 'rotation-0.1.asl.json'), 'utf8');

const startAtMs = Date.UTC(2030, 0, 1);
let folder: string;
let world: World;
const open = async (definition: string | undefined, options: { diesAt?: string; startAtMs?: number } = {}) => {
  world = await openWorld({ folder, startAtMs, definition, ...options });
};
afterEach(async () => {
  await world.close();
  remove(folder);
});
/** A gateway whose first credential is out. */
const prepare = async (definition: string | undefined): Promise<string> => {
  folder = newFolder();
  await open(definition);
  await world.register();
  await untilEnded(world);
  return world.currentCredential();
};
const until = async (stage: RotationStage): Promise<void> => {
  for (;;) {
    const { rotation } = await world.gateway();
    if (rotation && hasReached(rotation, stage)) return;
    await world.second();
  }
};
const expectReplaced = async (old: string): Promise<void> => {
  const { live, ended } = await untilEnded(world);
  expect(ended.at(-1)?.outcome).toBe('COMPLETED');
  expect(live).toMatchObject([{ stage: 'CURRENT' }]);
  expect([await world.ask(old), await world.ask(await world.currentCredential())]).toEqual([401, 200]);
  expect(world.refusals).toEqual([]);
};

describe("The last release's definition, with today's handlers", () => {
  it('rotates to the end and refuses nobody', async () => {
    const old = await prepare(released);
    await world.rotate();
    await until('BEGUN');
    await expectReplaced(old);
  });

  it('replaces a compromised credential on time', async () => {
    const old = await prepare(released);
    await world.compromise(15);
    await expectReplaced(old);
  });

  it('rolls back', async () => {
    const old = await prepare(released);
    await world.rotate();
    await until('DISTRIBUTED');
    expect(await world.decide('roll-back')).toMatchObject({ result: 'DONE' });
    const { ended } = await untilEnded(world);
    expect(ended.at(-1)?.outcome).toBe('ROLLED_BACK');
    expect(await world.ask(old)).toBe(200);
    expect(world.refusals).toEqual([]);
  });
});

describe('A deployment that is updated in the middle of a rotation', () => {
  it.each([
    ['begin', 'goes on', released, undefined],
    ['promoting', 'goes on', released, undefined],
    ['distributed', 'goes on', released, undefined],
    ['revoke', 'goes on', released, undefined],
    ['distributed', 'goes on with the old definition, put back,', undefined, released],
  ])('behind %s: it %s to the end', async (diesAt, _, before, after) => {
    const old = await prepare(before);
    const atMs = world.now() + 120_000;
    await world.close();
    await open(before, { diesAt, startAtMs: atMs });
    await world.rotate();
    await untilDead(world);
    await open(after, { startAtMs: world.now() });
    await expectReplaced(old);
  });
});
