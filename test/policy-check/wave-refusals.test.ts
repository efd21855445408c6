import { expect, test } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import type { Waves } from '../../lambdas/domain/wave.ts';
import type { Ports } from '../../lambdas/policy-check/ports.ts';
import {
  event,
  goneRevoked,
  goneToken,
  id,
  leakToken,
  nobodysToken,
  nonce,
  oldLive,
  oldToken,
  openInstance,
  orders,
  presenting,
  probing,
} from './fixtures.ts';

const plan = [{ kits: 1, bakeSeconds: 600 }, { percent: 100 }];
const newId = id('NEWnew0002');
const { rotation } = probing(newId);

/** The gateway with a wave in a phase. */
const inWave = (waves: Partial<Waves> = {}): Gateway => ({
  ...orders,
  policy: { ...orders.policy, waves: plan },
  ...(rotation
    ? { rotation: { ...rotation, stage: 'PROMOTED', waves: { plan, number: 1, phase: 'OPEN', ...waves } } }
    : {}),
});

/** An instance that has served a good request of the gateway, for a kit that is registered. */
const openInWave = async (record = inWave(), given: Partial<Ports> = {}) => {
  const instance = openInstance({ isRegistered: async () => true, ...given });
  instance.world.record = record;
  await instance.effect(presenting(oldToken));
  return instance;
};

const garbage = presenting('gwc_garbage');

test.each([
  ['a malformed value', garbage, 'CREDENTIAL_MALFORMED'],
  ['none', event({}), 'CREDENTIAL_ABSENT'],
  ['an unknown one', presenting(nobodysToken), 'CREDENTIAL_UNKNOWN'],
  ['a revoked one', presenting(goneToken), 'CREDENTIAL_REVOKED'],
])('a source of a kit that presents %s is recorded beside its use while a wave is open', async (_, request, code) => {
  const { world, effect } = await openInWave();
  expect(await effect(request)).toBe('Deny');
  expect(world.refused).toEqual([
    {
      ...{ gatewayId: 'orders', credentialId: oldLive.credentialId, shard: 1, scope: 'source', code },
      source: { kitId: 'kong-eu', address: '203.0.113.5' },
      atMs: 1_000_000,
    },
  ]);
});

test('a compromised one past its time is one of them', async () => {
  const { world, effect } = await openInWave();
  world.nowMs = 1_060_000;
  await effect(presenting(leakToken));
  expect(world.refused).toMatchObject([{ code: 'CREDENTIAL_REJECTED' }]);
});

test('is tried for each live credential, since nobody knows which of them the source has used', async () => {
  const tried: string[] = [];
  const { effect } = await openInWave(inWave(), {
    recordRefusal: async ({ credentialId, scope }) => {
      tried.push(`${credentialId} ${scope}`);
      return credentialId === newId;
    },
  });
  await effect(garbage);
  expect(tried).toEqual([`${oldLive.credentialId} source`, `${oldLive.credentialId} kit-source`, `${newId} source`]);
});

test('is tried once in ten seconds for a source, known or not', async () => {
  let tries = 0;
  const { world, effect } = await openInWave(inWave(), {
    recordRefusal: async () => {
      tries += 1;
      return false;
    },
  });
  await Promise.all([effect(garbage), effect(garbage)]);
  const once = tries;
  world.nowMs += 9_999;
  await effect(garbage);
  expect(tries).toBe(once);
  world.nowMs += 1;
  await effect(garbage);
  expect(tries).toBe(2 * once);
});

test('refuses to record anything of a kit that is not registered, and of no kit', async () => {
  const { world, effect } = await openInWave(inWave(), { isRegistered: async () => false });
  await effect(garbage);
  await effect(event({ 'CLIENT-TOKEN': 'gwc_garbage' }, { gatewayId: 'orders' }));
  expect(world.refused).toEqual([]);
});

test.each([
  ['without a rotation', { ...orders, policy: { ...orders.policy, waves: plan } }],
  ['before a wave is open', inWave({ phase: 'TO_OPEN' })],
  ['while one goes back', inWave({ phase: 'GOING_BACK' })],
  ['in the last one', inWave({ number: 2 })],
])('refuses to record %s', async (_, record) => {
  const { world, effect } = await openInWave(record);
  await effect(garbage);
  await effect(presenting(nobodysToken));
  expect(world.refused).toEqual([]);
});

test('reads nothing for garbage unless the gateway has waves, and then at most once in ten seconds', async () => {
  const cold = openInstance();
  cold.world.record = inWave();
  await cold.effect(garbage);
  expect(cold.world.reads).toBe(0);
  const plain = await openInWave(orders);
  await plain.effect(garbage);
  expect(plain.world.reads).toBe(1);
  const { world, effect } = await openInWave();
  for (let asked = 0; asked < 20; asked++) await effect(garbage);
  expect(world.reads).toBe(1);
  world.nowMs += 10_000;
  for (let asked = 0; asked < 20; asked++) await effect(garbage);
  expect(world.reads).toBe(2);
});

test('our own probe of a revoked credential is no sign', async () => {
  const { probe } = probing(goneRevoked.credentialId);
  const record = { ...inWave(), ...(probe ? { probe } : {}) };
  const { world, effect } = await openInWave(record);
  await effect(presenting(goneToken, { 'X-Gateway-Credential-Probe': nonce }));
  expect(world.refused).toEqual([]);
});

test('a write that fails is counted, fails nothing, and is tried again with the next one', async () => {
  let fails = true;
  let written = 0;
  const { world, effect } = await openInWave(inWave(), {
    recordRefusal: async () => {
      if (fails) throw new Error('down');
      written += 1;
      return true;
    },
  });
  expect(await effect(garbage)).toBe('Deny');
  expect(world.metrics).toContain('UseRecordingFailed orders');
  fails = false;
  await effect(garbage);
  expect(written).toBe(1);
});
