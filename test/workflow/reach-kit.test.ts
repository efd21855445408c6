import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { kitSecretsIn } from '../../lambdas/aws/kit-secrets.ts';
import { secretVersionsIn } from '../../lambdas/aws/secret-versions.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { accessFor } from '../../lambdas/workflow/shared/reach-kit.ts';
import { type RunningSecretsManager, runSecretsManager } from '../emulator/secrets-manager/running-secrets-manager.ts';
import { reachOf } from '../kits/reach.ts';
import { kitOf } from './doubles.ts';

let running: RunningSecretsManager;
beforeEach(async () => {
  running = await runSecretsManager();
  const Tags = [{ Key: 'gateway-credential-rotation', Value: 'payments' }];
  await running.client.send(new CreateSecretCommand({ Name: 'kits/payments/token', SecretString: 'a-token', Tags }));
});
afterEach(() => running.close());

const accessOf = (gatewayId: string) =>
  accessFor(
    {
      secretVersions: secretVersionsIn(running.client),
      kitSecrets: kitSecretsIn(running.client),
      kitReach: reachOf(['kong.example.com']),
      notifyOwner: async () => undefined,
      now: () => 0,
    },
    kitOf('edge', {}, { gatewayId: gatewayId as GatewayId }),
  );

test('a token is read for the kits of the gateway that its tag names', async () => {
  expect(await accessOf('payments').readSecret('kits/payments/token')).toBe('a-token');
});

test.for(['kits/payments/token', 'kits/nowhere'])(
  'refuses another gateway the token %s, and says what tag would do',
  async (secretId) => {
    await expect(accessOf('orders').readSecret(secretId)).rejects.toMatchObject({
      name: 'KitMisconfigured',
      code: 'SECRET_NOT_GIVEN',
      message: expect.stringContaining('not there, or not tagged gateway-credential-rotation=orders/edge'),
    });
  },
);

const asked = { method: 'GET', headers: {}, redirect: 'manual', signal: AbortSignal.timeout(1_000) } as const;

test('refuses a request to a host that is not allowed, with a private CA too', async () => {
  const { fetch } = accessOf('orders');
  for (const ca of [{}, { ca: [] }])
    await expect(fetch('https://evil.example', { ...asked, ...ca })).rejects.toMatchObject({
      code: 'HOST_NOT_ALLOWED',
    });
});
