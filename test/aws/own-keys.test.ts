import {
  CreateSecretCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kitSecretsIn } from '../../lambdas/aws/kit-secrets.ts';
import { ownKeysIn } from '../../lambdas/aws/own-keys.ts';
import type { GatewayId, KitId } from '../../lambdas/domain/ids.ts';
import { endsTagKey, type SeenKey } from '../../lambdas/domain/own-keys.ts';
import { openEmulated } from './emulated.ts';

let emulated: Awaited<ReturnType<typeof openEmulated>>;
beforeAll(async () => {
  emulated = await openEmulated({ canInvoke: true });
});
afterAll(() => emulated.close());

const keys = (count: number): readonly SeenKey[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ secretId: `kits/${'x'.repeat(400)}/${index}`, from: 'TAG', endsAtMs: 1_700_000_000_000 + index },
    ...{ kits: 1, readAtMs: 1_600_000_000_000 },
  }));

describe('what is known of own keys', () => {
  it('is there after it was kept, whole and in order, whatever it takes; and of nobody else', async () => {
    const { keep, of } = ownKeysIn(emulated.dynamodb, emulated.table);
    const [gateway, other] = ['orders', 'orders-2'] as GatewayId[];
    if (!gateway || !other) throw new Error('No gateways.');
    expect(await of(gateway)).toBeUndefined();
    const many = { lookedAtMs: 2, isWhole: true, keys: keys(2_500) };
    await keep(gateway, many);
    await keep(other, { lookedAtMs: 3, isWhole: false, keys: [] });
    expect(await of(gateway)).toEqual(many);
    const fewer = { lookedAtMs: 4, isWhole: true, keys: keys(1) };
    await keep(gateway, fewer);
    expect(await of(gateway)).toEqual(fewer);
    expect(await of(other)).toEqual({ lookedAtMs: 3, isWhole: false, keys: [] });
  });

  it('is not called whole when it was not kept to its end', async () => {
    const { keep, of } = ownKeysIn(emulated.dynamodb, emulated.table);
    const gateway = 'interrupted' as GatewayId;
    await keep(gateway, { lookedAtMs: 1, isWhole: true, keys: keys(2) });
    const sent = { puts: 0 };
    const dying = new Proxy(emulated.dynamodb, {
      get: (target, name) =>
        name === 'send'
          ? async (command: never) => {
              if (sent.puts++ > 0) throw new Error('It died.');
              return target.send(command);
            }
          : Reflect.get(target, name),
    });
    await expect(
      ownKeysIn(dying, emulated.table).keep(gateway, { lookedAtMs: 2, isWhole: true, keys: [] }),
    ).rejects.toThrow();
    expect(await of(gateway)).toEqual({ lookedAtMs: 1, isWhole: false, keys: [] });
  });
});

describe('a secret that a kit may use', () => {
  it('shows the age of its current value, when its owner says that it ends, and when it is rotated', async () => {
    const { secretsManager } = emulated;
    const [Name, user] = ['kits/kong/token', { gatewayId: 'orders' as GatewayId, kitId: 'one' as KitId }];
    const Tags = [{ Key: 'gateway-credential-rotation', Value: 'orders' }];
    await secretsManager.send(new CreateSecretCommand({ Name, SecretString: 'one', Tags }));
    const signal = new AbortController().signal;
    const read = () => kitSecretsIn(secretsManager)(user).read(Name, signal);
    expect(await read()).toMatchObject({ text: 'one', endsTag: undefined, rotatesAtMs: undefined });
    await secretsManager.send(
      new TagResourceCommand({ SecretId: Name, Tags: [{ Key: endsTagKey, Value: '2027-03-01' }] }),
    );
    const beforeMs = Math.floor(Date.now() / 1000) * 1000;
    await secretsManager.send(new PutSecretValueCommand({ SecretId: Name, SecretString: 'two' }));
    await secretsManager.send(
      new RotateSecretCommand({
        SecretId: Name,
        RotationLambdaARN: 'arn:aws:lambda:us-east-1:123456789012:function:rotate',
        RotationRules: { ScheduleExpression: 'rate(10 days)' },
        RotateImmediately: false,
      }),
    );
    const found = await read();
    expect(found).toMatchObject({ text: 'two', endsTag: '2027-03-01' });
    expect(found?.createdAtMs).toBeGreaterThanOrEqual(beforeMs);
    expect(found?.rotatesAtMs).toBeGreaterThan(beforeMs + 9 * 86_400_000);
  });
});
