import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, it } from 'vitest';
import { compromise } from '../../lambdas/compromise/press-button.ts';
import type { PressFollowUp } from '../../lambdas/ports.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { gatewaysIn } from '../../lambdas/wiring/gateways.ts';
import { gatewayId, openRotated, type System } from '../support/system.ts';

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

/** The press by a process that dies as soon as it hands on what follows. */
const pressAndDie = () => {
  const { gateways } = system.deployment.stores;
  return compromise({ gateways, followUp: dies, now: system.timers.now, log: () => undefined }, press);
};

it('after a crash right behind the write, the policy check refuses on time and the reconciler carries on', async () => {
  system = await openRotated();
  const [old] = (await system.gateway()).live;
  if (!old) throw new Error('Nothing is live.');
  const value = await system.credentialOf(old);
  const { rotationId } = (await pressAndDie()) as { rotationId: string };
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

it('a write whose answer was lost counts as done: the rotation that it has ended is stopped all the same', async () => {
  system = await openRotated();
  await system.start({ gatewayId, reason: 'quarterly' });
  await system.until(({ rotation }) => rotation?.trigger === 'manual' && rotation.stage === 'DISTRIBUTED');
  const { rotation: preempted } = await system.gateway();
  const dynamodb = new DynamoDBClient({
    ...clientSettings({ environment: system.deployment.cloud.operator }),
    maxAttempts: 1,
  });
  let lost = 0;
  dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        if (commandName === 'PutItemCommand' && lost++ === 0) throw new Error('The answer was lost.');
        return answer;
      },
    { step: 'initialize', name: 'losing' },
  );
  const { now } = system.timers;
  const gateways = gatewaysIn(dynamodb, system.deployment.cloud.outputs.gatewaysTable, async () => undefined, now);
  const left: PressFollowUp[] = [];
  const followUp = async (press: PressFollowUp) => void left.push(press);
  const answer = await compromise({ gateways, followUp, now, log: () => undefined }, press);
  dynamodb.destroy();
  const { rotationId } = answer as { rotationId: string };
  expect(left).toEqual([
    { gatewayId, requestId: 'press-1', rotationId, attempt: 0, wakes: false, stops: preempted?.executionArn },
  ]);
  expect((await system.gateway()).presses).toHaveLength(1);
});

it('a repeated press sees that the execution exists', async () => {
  system = await openRotated();
  await pressAndDie();
  await system.call('compromise', press);
  const after = await system.finish();
  expect(after.ended.at(-1)?.outcome).toBe('COMPLETED');
  expect((await system.audit()).filter(({ kind }) => kind === 'compromise')).toHaveLength(1);
});
