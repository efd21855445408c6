import { DescribeSecretCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it } from 'vitest';
import { gatewaySecretsIn } from '../../lambdas/aws/gateway-secrets.ts';
import { defaultPolicy } from '../../lambdas/domain/policy.ts';
import type { WantedGateway } from '../../lambdas/domain/registry-changes.ts';
import { readSchedule } from '../../lambdas/domain/schedule.ts';
import { applyRegistry } from '../../lambdas/registry/apply.ts';
import { applySchedule } from '../../lambdas/registry/apply-schedule.ts';
import { readRegistry } from '../../lambdas/registry/read-registry.ts';
import { gatewayId, openRotated, type System } from '../support/system.ts';
import { rotationFunction } from './emulated-registry.ts';

const recorded = async (): Promise<void> => undefined;
const none = async (): Promise<never> => {
  throw new Error('This test starts nothing.');
};
const file = (schedule: object, policy: object = {}) =>
  JSON.stringify({
    gateways: [
      {
        gatewayId: 'orders',
        authority: { kind: 'builtin' },
        decision: { kind: 'allow-all' },
        policy,
        schedule,
        kits: [],
      },
    ],
  });

describe('The schedule of a gateway', () => {
  it.each([
    ['rate(30 days)', 2_592_000],
    ['rate(4 hours)', 14_400],
    ['rate(3 hours)', undefined],
    ['cron(0 4 1 * ? *)', 28 * 86_400],
    ['cron(0 4 ? * MON *)', 604_800],
    ['every month', undefined],
  ])('%s comes again after %s seconds at the least', (expression, seconds) => {
    expect(readSchedule(expression)).toBe(seconds);
  });

  it('is refused with the numbers when a rotation may take longer', () => {
    expect(() => readRegistry(file({ expression: 'rate(7 days)' }))).toThrow(
      /schedule rate\(7 days\) rotates again after 604800 s, but one rotation may take .* \d{6,} s/,
    );
    expect(readRegistry(file({ expression: 'rate(30 days)', duration: '3h' })).gateways[0]).toMatchObject({
      schedule: { expression: 'rate(30 days)', duration: '3h' },
    });
  });

  it.each([[{ expression: 'rate(1 fortnight)' }], [{}], [{ expression: 'rate(30 days)', timezone: 'CET' }]])(
    'is refused as %j',
    (schedule) => {
      expect(() => readRegistry(file(schedule))).toThrow(/schedule/);
    },
  );
});

describe('Applying a schedule', () => {
  let system: System;
  afterEach(() => system.close());

  it('sets it without rotating, changes nothing when it is so, and takes it away again', async () => {
    system = await openRotated();
    const { secretsManager } = system.deployment;
    const needs = { gatewaySecrets: gatewaySecretsIn(secretsManager, { rotationFunction }) };
    const { secretArn: secretId } = await system.gateway();
    const wanted: WantedGateway = {
      gatewayId,
      decision: { kind: 'allow-all' },
      policy: defaultPolicy,
      kits: [],
      schedule: { expression: 'rate(30 days)', duration: '3h' },
    };
    const described = () => secretsManager.send(new DescribeSecretCommand({ SecretId: secretId }));
    expect(await applySchedule(needs, wanted, secretId, true, recorded)).toMatchObject([
      { kind: 'SET_SCHEDULE', detail: 'rate(30 days) within 3h' },
    ]);
    expect((await described()).RotationEnabled).toBeFalsy();
    await applySchedule(needs, wanted, secretId, false, recorded);
    await system.timers.advance(5_000);
    expect(await described()).toMatchObject({
      RotationEnabled: true,
      RotationRules: { ScheduleExpression: 'rate(30 days)', Duration: '3h' },
    });
    expect((await system.gateway()).live).toHaveLength(1);
    expect((await system.gateway()).rotation).toBeUndefined();
    expect(await applySchedule(needs, wanted, secretId, false, recorded)).toEqual([]);
    const { schedule: _, ...byHand } = wanted;
    expect(await applySchedule(needs, byHand, secretId, false, recorded)).toMatchObject([{ kind: 'CLEAR_SCHEDULE' }]);
    expect((await described()).RotationEnabled).toBe(false);
  });

  it('sets it again for another function, and not while a rotation is stuck', async () => {
    system = await openRotated();
    const { secretsManager } = system.deployment;
    const needs = { gatewaySecrets: gatewaySecretsIn(secretsManager, { rotationFunction }) };
    const { secretArn: secretId } = await system.gateway();
    const wanted = { gatewayId, schedule: { expression: 'rate(30 days)' } };
    await applySchedule(needs, wanted, secretId, false, recorded);
    await system.timers.advance(5_000);
    const elsewhere = { rotationFunction: 'arn:aws:lambda:us-east-1:000000000000:function:operate' };
    const moved = { ...needs, gatewaySecrets: gatewaySecretsIn(secretsManager, elsewhere) };
    expect(await applySchedule(moved, wanted, secretId, true, recorded)).toEqual([
      { kind: 'SET_SCHEDULE', gatewayId: 'orders', detail: 'rate(30 days)' },
    ]);
    await system.start({ gatewayId, reason: 'by hand' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    await secretsManager.send(new RotateSecretCommand({ SecretId: secretId })); // meets the one by hand, and leaves AWSPENDING
    expect(
      await applySchedule(needs, { gatewayId, schedule: { expression: 'rate(60 days)' } }, secretId, false, recorded),
    ).toMatchObject([{ kind: 'SET_SCHEDULE', refused: expect.stringContaining('not complete') }]);
  });

  it('ends it when the gateway leaves the file, even after a crash in between', async () => {
    system = await openRotated();
    const { secretsManager, stores } = system.deployment;
    const { secretArn: secretId } = await system.gateway();
    const needs = {
      ...stores,
      gatewaySecrets: gatewaySecretsIn(secretsManager, { rotationFunction }),
      secretPrefix: 'gateway-credential/',
      notifyOwner: none,
      executions: { arnOf: () => '', start: none, stateOf: none, stop: none },
      log: () => undefined,
    };
    await applySchedule(needs, { gatewayId, schedule: { expression: 'rate(30 days)' } }, secretId, false, recorded);
    await system.timers.advance(5_000);
    await stores.gateways.apply(gatewayId, { kind: 'retire', actor: 'ann', reason: 'test' });
    const changes = await applyRegistry(
      needs,
      { gateways: [], news: { channels: {}, news: [], owners: {} } },
      { actor: 'ann', reason: 'test' },
      { plan: false },
    );
    expect(changes).toMatchObject([{ kind: 'CLEAR_SCHEDULE' }]);
    expect((await secretsManager.send(new DescribeSecretCommand({ SecretId: secretId }))).RotationEnabled).toBe(false);
  });
});
