import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { credentialIn } from '../../lambdas/kits/held-credential.ts';
import { kindNames } from '../../lambdas/kits/kind-names.ts';
import { kitKindOf, kitKinds, ownKeySecretsOf } from '../../lambdas/kits/kinds.ts';
import type { KitAccess } from '../../lambdas/kits/kit-kind.ts';
import { everyCharacter } from './every-character.ts';
import { errorOf, expectNoSecretIn, installationOf, newer, older } from './installation.ts';
import { pauses } from './no-waiting.ts';
import { allUnderContract } from './worlds/all.ts';
import { faulty, type WriteFault } from './worlds/faulty.ts';
import type { World } from './worlds/world.ts';

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

/** These have nothing that could be written: a person installs, or the secret of the gateway itself is read. */
const installedByNobody = ['manual', 'forward'];

test('every kind that writes somewhere keeps the contract', () => {
  const written = kindNames.filter((name) => !installedByNobody.includes(name));
  expect([...new Set(allUnderContract.map(({ kind }) => kind))].toSorted()).toEqual(written.toSorted());
});

/** The SDK of AWS has no Retry-After, and a disk neither. */
const asksForNoTime = ({ settings }: World) =>
  ['secretId', 'vaultSecret', 'functionName', 'parameterName', 'folder', 'runCommand'].some(
    (setting) => setting in settings,
  );

describe.each(allUnderContract)('$name', ({ kind: name, open, shows, isWrittenElsewhere }) => {
  const kind = kitKindOf(name);
  let world: World;
  beforeEach(async () => {
    pauses.waitedMs.length = 0;
    pauses.meanwhile = undefined;
    world = await open(older.value);
  });
  afterEach(() => world.close());

  type Credential = Parameters<typeof installationOf>[2];
  const install = (access: KitAccess = world.access, credential: Credential = newer) =>
    kind.install(installationOf(name, world.settings, credential), world.settings, access);
  const readBack = async () => kind.readBack?.(installationOf(name, world.settings), world.settings, world.access);
  const failed = async (access: KitAccess) => {
    const error = await errorOf(install(access));
    for (const secret of world.secrets) expect(String(error)).not.toContain(secret);
    return error;
  };
  const meeting = (...faults: WriteFault[]) => faulty(world.access, ...faults);

  test('holds the credential after it was installed, and again after a second time', async () => {
    const access = meeting();
    expect(await install(access)).toMatchObject({ state: 'INSTALLED' });
    const written = access.writes();
    expect(await install(access)).toMatchObject({ state: 'INSTALLED' });
    expect(await world.held()).toBe(newer.value);
    if (shows === 'value') expect(access.writes()).toBe(written);
  });

  test('a secret that it writes is what kits read, and none of the keys that it is reached with', async () => {
    const written: string[] = [];
    const { secrets } = world.access;
    const write: typeof secrets.write = async (secretId, ...rest) => {
      written.push(secretId);
      await secrets.write(secretId, ...rest);
    };
    await install({ ...world.access, secrets: { ...secrets, write } });
    const keys = ownKeySecretsOf({ kind: name, settings: world.settings });
    expect(written.filter((secretId) => keys.includes(secretId))).toEqual([]);
    const { secrets: named, credentialSecrets = [] } = kind.destinations(world.settings);
    expect(credentialSecrets.filter((secretId) => !named.includes(secretId))).toEqual([]);
  });

  test('goes forth and back in one rotation', async () => {
    for (const credential of [newer, older, newer]) await install(world.access, credential);
    expect(await world.held()).toBe(newer.value);
  });

  test('shows what it holds, also when another tool sets it back; or says that it shows nothing', async () => {
    const expected = (matches: boolean) => (shows === 'value' ? { matches } : undefined);
    expect(await readBack()).toEqual(expected(false));
    await install();
    expect(await readBack()).toEqual(expected(true));
    await world.set(older.value);
    expect(await readBack()).toEqual(expected(false));
    await install();
    expect([await world.held(), await readBack()]).toEqual([newer.value, expected(true)]);
    const { readBackProves } = kind.traits(world.settings);
    expect(readBackProves === 'nothing').toBe(shows === 'nothing');
  });

  test('a write whose answer was lost is found made, or is made again', async () => {
    expect(await install(meeting('lost'))).toMatchObject({ state: 'INSTALLED' });
    expect(await world.held()).toBe(newer.value);
  });

  test('a write that never arrived is made', async () => {
    expect(await install(meeting('never'))).toMatchObject({ state: 'INSTALLED' });
    expect(await world.held()).toBe(newer.value);
  });

  test('another tool that writes at the same time never makes it look installed', async () => {
    await install(meeting(() => world.set(older.value)));
    const isHeld = (await world.held()) === newer.value;
    if (!isWrittenElsewhere) expect((await readBack())?.matches ?? true).toBe(isHeld);
    // What is stored is looked at before it counts as installed; what nodes present takes its time.
    if (kind.traits(world.settings).readBackProves !== 'data-plane' && !isWrittenElsewhere) expect(isHeld).toBe(true);
    await install();
    expect(await world.held()).toBe(newer.value);
  });

  test.each([429, 503])('%i is tried again, and what it asks for is waited', async (status) => {
    await install(meeting(status, status));
    expect(await world.held()).toBe(newer.value);
    expect(pauses.waitedMs).toEqual([500, 1_000]);
    if (asksForNoTime(world)) return;
    await install(meeting({ status, retryAfter: '3' }), older);
    expect([pauses.waitedMs.at(-1), await world.held()]).toEqual([3_000, older.value]);
  });

  test('is left to the next round when it stays so, or asks for more time than a kit has', async () => {
    const access = meeting(503, 503, 503, 503, 503, 503);
    expect(await failed(access)).toMatchObject({ name: 'KitUnreachable', code: 'SERVER_ERROR' });
    expect([access.writes(), await world.held()]).toEqual([5, older.value]);
    if (asksForNoTime(world)) return;
    const patient = meeting({ status: 429, retryAfter: '3600' });
    expect(await failed(patient)).toMatchObject({ name: 'KitUnreachable', code: 'RATE_LIMITED' });
    expect(patient.writes()).toBe(1);
  });

  test.each([
    [400, 'REQUEST_REFUSED'],
    [403, 'ACCESS_DENIED'],
  ])('refuses with %i once, and what the refusal says is not repeated', async (status, code) => {
    const access = meeting(status);
    expect(await failed(access)).toMatchObject({ name: 'KitRefused', code });
    expect([access.writes(), pauses.waitedMs, await world.held()]).toEqual([1, [], older.value]);
  });

  test('is given up when its time is over', async () => {
    const time = new AbortController();
    const access = faulty({ ...world.access, signal: time.signal }, 503, 503);
    pauses.meanwhile = () => time.abort();
    expect(await failed(access)).toMatchObject({ name: 'KitUnreachable', code: 'SERVER_ERROR' });
    expect(access.writes()).toBe(1);
    expect(await failed({ ...world.access, signal: AbortSignal.abort() })).toMatchObject({ code: 'TIMEOUT' });
    expect(await world.held()).toBe(older.value);
  });

  test.each(everyCharacter)('takes the characters of $form as they are', async ({ credential }) => {
    await install(world.access, credential);
    expect(await world.held()).toBe(credential.value);
    const installation = installationOf(name, world.settings, credential);
    expect((await kind.readBack?.(installation, world.settings, world.access))?.matches ?? true).toBe(true);
  });

  test('that is only asked is not changed, and shows ids and never a value', async () => {
    const access = meeting();
    const { kit } = installationOf(name, world.settings);
    const found = await kind.check({ kit }, world.settings, access);
    expectNoSecretIn(found);
    for (const secret of world.secrets) expect(JSON.stringify(found)).not.toContain(secret);
    expect(found.holds).toEqual(shows === 'value' ? [credentialIn(older.value)?.credentialId] : []);
    expect([access.writes(), await world.held()]).toEqual([0, older.value]);
  });

  test('refuses a setting that it does not know', () => {
    expect(kitKinds[name].settings.safeParse({ ...world.settings, secretValue: 'x' }).success).toBe(false);
  });
});
