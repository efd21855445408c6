import { afterEach, expect, it } from 'vitest';
import { compromise } from '../../lambdas/stages/compromise.ts';
import type { Executions } from '../../lambdas/stages/executions.ts';
import { gatewayId, openRotated, type System } from '../system.ts';

let system: System;
afterEach(() => system.close());

const press = {
  gatewayId,
  confirmGatewayId: gatewayId,
  reason: 'leaked',
  actor: 'alice',
  requestId: 'press-1',
  rejectWithinSeconds: 30,
};
const dies = async (): Promise<never> => {
  throw new Error('killed');
};

/** The stage in a process that dies as soon as it touches an execution. */
const pressAndDie = (died: () => Promise<never>) => {
  const executions: Executions = {
    arnOf: ({ rotationId }, attempt) =>
      `arn:aws:states:us-east-1:000000000000:execution:rotation:${rotationId}-${attempt}`,
    start: died,
    stop: died,
    stateOf: died,
  };
  const { gateways } = system.deployment.stores;
  return compromise({ gateways, executions, now: system.timers.now, log: () => undefined }, press);
};

it('after a crash right behind the write, the policy check refuses on time and the reconciler carries on', async () => {
  system = await openRotated();
  const [old] = (await system.gateway()).live;
  if (!old) throw new Error('Nothing is live.');
  const value = await system.credentialOf(old);
  const { rotationId } = (await pressAndDie(dies)) as { rotationId: string };
  await system.timers.advance(29_000);
  expect(await system.ask(value)).toBe(200);
  await system.timers.advance(1_000);
  expect(await system.ask(value)).toBe(401);
  expect((await system.gateway()).revoked.map((one) => one.credentialId)).not.toContain(old.credentialId);
  await system.call('reconcile', {});
  const after = await system.finish();
  expect(after.ended.at(-1)).toMatchObject({ rotationId, outcome: 'COMPLETED' });
  expect(after.live).toHaveLength(1);
});

it('a repeated press sees that the execution exists', async () => {
  system = await openRotated();
  await pressAndDie(dies);
  await system.call('compromise', press);
  const after = await system.finish();
  expect(after.ended.at(-1)?.outcome).toBe('COMPLETED');
  expect((await system.audit()).filter(({ kind }) => kind === 'compromise')).toHaveLength(1);
});
