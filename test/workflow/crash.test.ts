import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { copyOf, newFolder, openWorld, remove, untilDead, untilEnded, type World } from './world.ts';

const startAtMs = Date.UTC(2030, 0, 1);
let prepared: string;
let afterBootstrapMs: number;
let folder: string;
let world: World;

/** Everything before the crash is the same for all: a gateway whose first credential is out. */
beforeAll(async () => {
  prepared = newFolder();
  world = await openWorld({ folder: prepared, startAtMs });
  await world.register();
  await untilEnded(world);
  afterBootstrapMs = world.now() + 120_000;
  await world.close();
});
afterAll(() => remove(prepared));
afterEach(async () => {
  await world.close();
  remove(folder);
});

/** Runs until the process is killed right behind the write of a transition, and starts it again over the same folder. */
const killedAt = async (diesAt: string, begin: (world: World) => Promise<unknown>): Promise<{ old: string }> => {
  folder = copyOf(prepared);
  world = await openWorld({ folder, startAtMs: afterBootstrapMs, diesAt });
  const old = await world.currentCredential();
  await begin(world).catch((error: unknown) => {
    if (!world.isDead()) throw error;
  });
  await untilDead(world);
  const { refusals } = world;
  world = await openWorld({ folder, startAtMs: world.now() });
  expect(refusals).toEqual([]);
  return { old };
};

/** What must be true once everything has ended, wherever the process died. */
const expectAllWell = async (old: string): Promise<void> => {
  const { live, revoked, ended, currentVersionId } = await untilEnded(world);
  expect(ended.map(({ outcome }) => outcome)).toEqual(['COMPLETED', 'COMPLETED']);
  expect(live).toMatchObject([{ stage: 'CURRENT', versionId: currentVersionId }]);
  expect(revoked).toMatchObject([{ confirmedAtMs: expect.any(Number) }]);
  const { AWSPREVIOUS: _, ...labels } = await world.labels();
  expect(labels).toEqual({ AWSCURRENT: currentVersionId, [`live-${live[0]?.credentialId}`]: currentVersionId });
  const kinds = (await world.audit()).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'created')).toHaveLength(2); // one for the bootstrap, one for this rotation
  expect(await world.ask(old)).toBe(401);
  expect(await world.ask(await world.currentCredential())).toBe(200);
  expect(world.refusals).toEqual([]);
};

describe('A rotation whose process is killed completes, with one new credential and no label too many, and refuses nobody (invariants 4 and 5)', () => {
  it.each([
    ...['begin', 'created', 'accepted', 'promoting', 'promoted'],
    ...['distributed', 'verified', 'revoke', 'confirm', 'complete'],
  ])('behind %s', async (diesAt) => {
    const { old } = await killedAt(diesAt, ({ rotate }) => rotate());
    await expectAllWell(old);
  });
});

describe('A compromise whose process is killed completes, and the old credential dies on time (invariants 4, 5 and 7)', () => {
  it.each([
    ...['compromise', 'next-attempt', 'created', 'accepted', 'promoting', 'promoted'],
    ...['distributed', 'verified', 'revoke', 'confirm', 'complete'],
  ])('behind %s', async (diesAt) => {
    const { old } = await killedAt(diesAt, ({ compromise }) => compromise(60));
    await expectAllWell(old);
    const audit = await world.audit();
    const pressedAtMs = audit.find(({ kind }) => kind === 'compromise')?.atMs ?? 0;
    const revokedAtMs = audit.findLast(({ kind }) => kind === 'revoke')?.atMs ?? 0;
    expect(revokedAtMs - pressedAtMs).toBeLessThan(65_000);
  });
});
