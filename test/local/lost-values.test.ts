import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { lostValues } from '../../lib/local/lost-values.ts';
import { gatewayId, openRotated } from '../support/system.ts';

it('names a gateway whose values are gone, and what to do, and nothing else', async () => {
  const system = await openRotated();
  const { stores, secretsManager } = system.deployment;
  const look = () => lostValues(stores, secretsManager, [gatewayId]);
  expect(await look()).toEqual([]);

  const { secretArn, live } = await system.gateway();
  await secretsManager.send(new DeleteSecretCommand({ SecretId: secretArn, ForceDeleteWithoutRecovery: true }));
  expect(await look()).toEqual([
    expect.stringContaining(`orders: the values of ${live[0]?.credentialId} are gone from secrets.json.`),
  ]);
  expect((await look())[0]).toContain('no rotation can begin: stop this machine and put secrets.json.previous');
  await system.close();
});
