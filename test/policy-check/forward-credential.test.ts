import { expect, test } from 'vitest';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { forwardCredentials } from '../../lambdas/policy-check/forward-credential.ts';
import { firstValue, payments, secondValue, secretText } from './forward-world.ts';

const openCredentials = () => {
  const world = { nowMs: 1_000_000, text: secretText(firstValue), reads: 0, isDown: false };
  const credentials = forwardCredentials(
    async () => {
      world.reads += 1;
      if (world.isDown) throw new Error('down');
      return world.text;
    },
    () => world.nowMs,
  );
  return { world, ...credentials };
};

test('is read once, and again when half a minute has passed', async () => {
  const { world, current } = openCredentials();
  await Promise.all([current(payments), current(payments), current(payments)]);
  world.text = secretText(secondValue);
  world.nowMs += 29_999;
  expect([await current(payments), world.reads]).toEqual([firstValue, 1]);
  world.nowMs += 1;
  expect([await current(payments), world.reads]).toEqual([secondValue, 2]);
});

test('is presented on while the secret cannot be read, which is not asked at every request', async () => {
  const { world, current } = openCredentials();
  await current(payments);
  world.nowMs += 30_000;
  world.isDown = true;
  for (let count = 0; count < 5; count++) expect(await current(payments)).toBe(firstValue);
  expect(world.reads).toBe(2);
  world.isDown = false;
  world.text = secretText(secondValue);
  world.nowMs += 1_000;
  expect(await current(payments)).toBe(secondValue);
});

test('is read again when the clock was set back: nobody knows how old it is', async () => {
  const { world, current } = openCredentials();
  await current(payments);
  world.nowMs -= 60_000;
  world.text = secretText(secondValue);
  expect(await current(payments)).toBe(secondValue);
});

test('there is none to begin with: every request says so until there is', async () => {
  const { world, current } = openCredentials();
  world.isDown = true;
  await expect(current(payments)).rejects.toThrow('down');
  world.isDown = false;
  expect(await current(payments)).toBe(firstValue);
});

test('in place of a refused one: what another request has read meanwhile, or what the secret holds, or nothing', async () => {
  const { world, current, inPlaceOf } = openCredentials();
  await current(payments);
  world.nowMs += 1_000;
  expect(await inPlaceOf(payments, firstValue)).toBeUndefined();
  world.nowMs += 1_000;
  world.text = secretText(secondValue);
  const others = await Promise.all([inPlaceOf(payments, firstValue), inPlaceOf(payments, firstValue)]);
  expect([others, world.reads]).toEqual([[secondValue, secondValue], 3]);
  expect([await inPlaceOf(payments, firstValue), world.reads]).toEqual([secondValue, 3]);
});

test('each gateway has its own', async () => {
  const asked: string[] = [];
  const { current } = forwardCredentials(
    async (gatewayId) => {
      asked.push(gatewayId);
      return secretText(gatewayId === payments ? firstValue : secondValue);
    },
    () => 0,
  );
  expect([await current(payments), await current('refunds' as GatewayId)]).toEqual([firstValue, secondValue]);
  expect(asked).toEqual(['payments', 'refunds']);
});

test('a bare one that a person has put into the secret is good as well', async () => {
  const { world, current } = openCredentials();
  world.text = firstValue;
  expect(await current(payments)).toBe(firstValue);
});
