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
const killedAt = async (diesAt: string, begin: (world: World) => Promise<unknown>, isStolen = false) => {
  folder = copyOf(prepared);
  world = await openWorld({ folder, startAtMs: afterBootstrapMs, diesAt });
  const old = await world.currentCredential();
  if (isStolen) world.stolen.value = old;
  await begin(world).catch((error: unknown) => {
    if (!world.isDead()) throw error;
  });
  await untilDead(world);
  const { refusals, stolen } = world;
  world = await openWorld({ folder, startAtMs: world.now() });
  world.stolen.value = stolen.value;
  expect(refusals).toEqual([]);
  return { old, answered: stolen.answers };
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

describe('A compromise whose process is killed completes, and the old credential, used without a pause, dies on time (invariants 4, 5 and 7)', () => {
  it.each([
    ...['compromise', 'next-attempt', 'created', 'accepted', 'promoting', 'promoted'],
    ...['distributed', 'revoke', 'confirm', 'verified', 'complete'],
  ])('behind %s', async (diesAt) => {
    const { old, answered } = await killedAt(diesAt, ({ compromise }) => compromise(15), true);
    await expectAllWell(old);
    const audit = await world.audit();
    const pressedAtMs = audit.find(({ kind }) => kind === 'compromise')?.atMs ?? 0;
    const revokedAtMs = audit.findLast(({ kind }) => kind === 'revoke')?.atMs ?? 0;
    expect(revokedAtMs - pressedAtMs).toBeGreaterThanOrEqual(15_000);
    expect(revokedAtMs - pressedAtMs).toBeLessThan(16_500);
    const answers = [...answered, ...world.stolen.answers].filter(({ status }) => status < 500);
    expect(answers.length).toBeGreaterThan(12);
    for (const { atMs, status } of answers)
      expect({ atMs, status }).toEqual({ atMs, status: atMs - pressedAtMs < 15_000 ? 200 : 401 });
  });
});

const stages = ['begin', 'created', 'accepted', 'promoting', 'promoted', 'distributed', 'verified'];
/** The version that the rotation, as long as it runs, has put its credential into: the version has the rotation's id. */
const youngVersion = async (): Promise<string> => {
  const { live, currentVersionId, rotation } = await world.gateway();
  return live.find(({ origin }) => origin.kind === 'minted' && origin.rotationId === rotation?.rotationId)
    ? (rotation?.rotationId ?? '')
    : currentVersionId;
};

describe('A rotation that is rolled back goes back to the old credential, refuses nobody, and leaves one credential (invariants 1, 2 and 8)', () => {
  it.each(stages)('behind %s', async (diesAt) => {
    const { old } = await killedAt(diesAt, ({ rotate }) => rotate());
    const young = await world.credentialOf(await youngVersion());
    const before = await world.gateway();
    expect(await world.decide('roll-back')).toMatchObject({ result: 'DONE' });
    expect(await world.decide('roll-back')).toMatchObject({ result: 'UNCHANGED' });
    const { live, revoked, ended, currentVersionId } = await untilEnded(world);
    expect(ended.at(-1)).toMatchObject({ rotationId: before.rotation?.rotationId, outcome: 'ROLLED_BACK' });
    expect(currentVersionId).toBe(before.rotation?.fromVersionId);
    expect(live).toMatchObject([{ credentialId: before.rotation?.fromCredentialId }]);
    expect(revoked.every(({ confirmedAtMs }) => confirmedAtMs !== undefined)).toBe(true);
    const { AWSPREVIOUS: _, ...labels } = await world.labels();
    expect(labels).toEqual({ AWSCURRENT: currentVersionId, [`live-${live[0]?.credentialId}`]: currentVersionId });
    expect(await world.ask(old)).toBe(200);
    if (diesAt !== 'begin') expect(await world.ask(young)).toBe(401);
    expect(world.refusals).toEqual([]);
  });

  it('is refused once a predecessor is revoked, and goes forward', async () => {
    const { old } = await killedAt('revoke', ({ rotate }) => rotate());
    expect(await world.decide('roll-back')).toMatchObject({ result: 'REFUSED', code: 'REVOKE_BEGUN' });
    await expectAllWell(old);
  });
});

describe('A rotation that a compromise pre-empts writes nothing more; both credentials die, and a third takes over (invariants 3 and 7)', () => {
  it.each(stages)('behind %s', async (diesAt) => {
    const { old } = await killedAt(diesAt, ({ rotate }) => rotate());
    const young = await world.credentialOf(await youngVersion());
    const { rotation } = await world.gateway();
    await world.compromise(60);
    expect(await world.lateAttempt(rotation?.rotationId ?? '', rotation?.attempt ?? 0)).toBe('RotationPreempted');
    const { live, ended, currentVersionId } = await untilEnded(world);
    expect(ended.map(({ outcome }) => outcome)).toEqual(['COMPLETED', 'PREEMPTED', 'COMPLETED']);
    expect(live).toMatchObject([{ stage: 'CURRENT', versionId: currentVersionId }]);
    const { AWSPREVIOUS: _, ...labels } = await world.labels();
    expect(labels).toEqual({ AWSCURRENT: currentVersionId, [`live-${live[0]?.credentialId}`]: currentVersionId });
    expect([await world.ask(old), await world.ask(young)]).toEqual([401, 401]);
    expect(await world.ask(await world.currentCredential())).toBe(200);
    expect(world.refusals).toEqual([]);
  });
});
