import { CreateSecretCommand, GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import type { FunctionShown } from '../../lambdas/ports.ts';
import { type RunningSecretsManager, runSecretsManager } from '../emulator/secrets-manager/running-secrets-manager.ts';
import { accessTo, errorOf, installationOf, newer, older } from './installation.ts';
import { noFunctions } from './reach.ts';

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

const kind = kitKindOf('aws-lambda');
const settings = {
  functionName: 'authorizer',
  secret: { secretId: 'kits/edge-1', jsonKey: 'credential', cacheSeconds: 300 },
  authorizerTtlSeconds: 120,
};

let running: RunningSecretsManager;
beforeEach(async () => {
  running = await runSecretsManager();
  await running.client.send(
    new CreateSecretCommand({
      Name: 'kits/edge-1',
      SecretString: JSON.stringify({ host: 'a.example', credential: older.value }),
      Tags: [{ Key: 'gateway-credential-rotation', Value: 'orders/edge-1' }],
    }),
  );
});
afterEach(() => running.close());

const held = async (client: SecretsManagerClient = running.client) =>
  JSON.parse((await client.send(new GetSecretValueCommand({ SecretId: 'kits/edge-1' }))).SecretString ?? '');
const { kit } = installationOf('aws-lambda', settings);
const shownWith = (variables: Record<string, string> | undefined) => {
  const shown: FunctionShown = {
    ...{ revisionId: 'r', codeSha256: 'c', codeBytes: 1, others: '', state: 'READY' },
    ...(variables ? { variables } : {}),
  };
  return accessTo(running.client, { functions: { ...noFunctions, show: async () => shown } }).access;
};

test('the secret that the function reads gets the credential, and the function is left alone', async () => {
  const { access } = accessTo(running.client); // where no function may be asked
  const installation = installationOf('aws-lambda', settings);
  expect(await kind.install(installation, settings, access)).toEqual({ state: 'INSTALLED' });
  expect(await held()).toEqual({ host: 'a.example', credential: newer.value });
  expect(await kind.readBack?.(installation, settings, access)).toEqual({ matches: true });
});

test('it takes as long as both caches, of the function and of API Gateway', () => {
  expect(kind.traits(settings)).toEqual({ installedBy: 'us', readBackProves: 'store', propagationSeconds: 420 });
});

test('its credential goes to the secret, and to no function', () => {
  expect(kind.destinations(settings)).toEqual({
    urls: [],
    secrets: ['kits/edge-1'],
    credentialSecrets: ['kits/edge-1'],
  });
});

test('that is only asked shows the function and its secret', async () => {
  expect(await kind.check({ kit }, settings, shownWith({ SECRETS_MANAGER_TTL: '300' }))).toEqual({
    seen: [
      'Function authorizer is there.',
      `Secret kits/edge-1 is there for this kit, and holds credential ${older.credentialId}.`,
    ],
    notShown: [
      'Whether secret kits/edge-1 may be written: that is seen when it is.',
      'Whether the function reads this secret, and keeps it for no longer than 300 s.',
      'Whether API Gateway keeps its answers for longer than 120 s.',
    ],
    would: ['Put a new version into secret kits/edge-1: the credential under "credential", its other keys unchanged.'],
    holds: [older.credentialId],
  });
});

test('refuses a function whose extension keeps secrets for longer than the settings say', async () => {
  const given = { ...settings, secret: { ...settings.secret, cacheSeconds: 60 } };
  expect(await errorOf(kind.check({ kit }, given, shownWith({ SECRETS_MANAGER_TTL: '300' })))).toMatchObject({
    name: 'KitMisconfigured',
    code: 'SETTINGS_WRONG',
    message: expect.stringMatching(/SECRETS_MANAGER_TTL.*300 s.*secret\.cacheSeconds is 60/),
  });
  expect(await kind.check({ kit }, given, shownWith(undefined))).toMatchObject({ holds: [older.credentialId] });
});

test.each([
  [{ secret: undefined }, /exactly one of variable and secret/],
  [{ variable: 'SHARED_SECRET' }, /exactly one of variable and secret/],
  [{ alias: 'live' }, /goes with variable/],
  [{ authorizerTtlSeconds: 86_400 }, /together/],
])('refuses the settings %j', (wrong, message) => {
  const issues = kind.settings.safeParse({ ...settings, ...wrong }).error?.issues ?? [];
  expect(issues.map((one) => one.message)).toEqual([expect.stringMatching(message)]);
});
