import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import { type RunningSecretsManager, runSecretsManager } from '../emulator/secrets-manager/running-secrets-manager.ts';
import { accessTo, errorOf, installationOf, newer, older } from './installation.ts';

const kind = kitKindOf('forward');
const textOf = ({ credentialId, value }: typeof newer): string => JSON.stringify({ credentialId, credential: value });

let running: RunningSecretsManager;
let secretArn: string;
beforeEach(async () => {
  running = await runSecretsManager();
  const made = new CreateSecretCommand({ Name: 'gateway-credential/payments', SecretString: textOf(older) });
  secretArn = (await running.client.send(made)).ARN ?? '';
});
afterEach(() => running.close());

const installation = () => installationOf('forward', {}, newer, { secretArn });
const install = (access = accessTo(running.client).access) => kind.install(installation(), {}, access);
const readBack = () => kind.readBack?.(installation(), {}, accessTo(running.client).access);
const promote = () =>
  running.client.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: textOf(newer) }));

test('is installed when the credential is current in the secret, and nothing is written', async () => {
  await promote();
  expect(await install()).toEqual({ state: 'INSTALLED' });
  expect(await readBack()).toEqual({ matches: true });
});

test('is not installed by anybody else than whoever moves AWSCURRENT: it is tried again until that is done', async () => {
  const error = await errorOf(install());
  expect(error).toMatchObject({ name: 'KitUnreachable', code: 'NOT_STORED' });
  expect(await readBack()).toEqual({ matches: false });
});

test('needs the secret, and says so without a value', async () => {
  const error = await errorOf(
    kind.install(
      installationOf('forward', {}, newer, { secretArn: `${secretArn.slice(0, -6)}absent` }),
      {},
      accessTo(running.client).access,
    ),
  );
  expect(error).toMatchObject({ name: 'StepFailed' });
});

test('what is read back is what every instance presents, once none keeps what it read before', () => {
  expect(kind.traits({})).toEqual({ installedBy: 'us', readBackProves: 'data-plane', propagationSeconds: 30 });
});

test('has no settings', () => {
  expect(kind.settings.safeParse({}).success).toBe(true);
  expect(kind.settings.safeParse({ to: 'orders' }).success).toBe(false);
});
