import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { kindNames } from '../../lambdas/kits/kind-names.ts';
import { kitKindOf, kitKinds, kitSchemaWith, kitSettingsSchema } from '../../lambdas/kits/kinds.ts';
import { accessTo, adminToken, errorOf, installationOf } from './installation.ts';

const kongUrl = (adminUrl: string) => kitSettingsSchema.safeParse({ kind: 'kong', settings: { adminUrl } }).success;

test('every kind is found by its name', () => {
  expect(kindNames.map((name) => kitKinds[name].kind)).toEqual([
    'kong',
    'konnect',
    'apigee',
    'azure-apim',
    'mulesoft',
    'aws-lambda',
    'aws-lambda-edge',
    'kubernetes-secret',
    'pinggateway',
    'secrets-manager',
    'ssm-parameter',
    'webhook',
    'manual',
    'forward',
  ]);
});

test('refuses a kind that it does not know, naming those there are', () => {
  expect(() => kitKindOf('toString')).toThrow(
    /"toString" is not one of kong, konnect, apigee, azure-apim, mulesoft, aws-lambda, aws-lambda-edge, kubernetes-secret, pinggateway, secrets-manager, ssm-parameter, webhook, manual/,
  );
});

test('what reading back proves follows from the kind, and its propagation from the settings', () => {
  const adminUrl = 'https://kong.example:8444';
  expect(kitKindOf('kong').traits({ adminUrl })).toEqual({
    installedBy: 'us',
    readBackProves: 'store',
    propagationSeconds: 10,
  });
  expect(kitKindOf('secrets-manager').traits({ secretId: 'x', propagationSeconds: 120 })).toEqual({
    installedBy: 'us',
    readBackProves: 'store',
    propagationSeconds: 120,
  });
  const url = 'https://hook.example/credential';
  expect(kitKindOf('webhook').traits({ url, readBackUrl: url, signingSecret: 'x' })).toEqual({
    installedBy: 'us',
    readBackProves: 'data-plane',
    propagationSeconds: 60,
  });
  expect(kitKindOf('manual').traits({})).toEqual({
    installedBy: 'owner',
    readBackProves: 'nothing',
    propagationSeconds: 0,
  });
});

test('refuses misspelt settings and fields in gateways.json', () => {
  const schema = kitSchemaWith({ kitId: z.string() });
  const settings = { adminUrl: 'https://kong.example:8444' };
  expect(schema.safeParse({ kitId: 'a', kind: 'kong', settings }).success).toBe(true);
  expect(schema.safeParse({ kitId: 'a', kind: 'kong', settings: { ...settings, workspaces: 'x' } }).success).toBe(
    false,
  );
  expect(schema.safeParse({ kitId: 'a', kind: 'kong', settings, onwer: 'x' }).success).toBe(false);
  expect(schema.safeParse({ kitId: 'a', kind: 'manual' }).success).toBe(true);
  expect(schema.safeParse({ kitId: 'a', kind: 'secrets-manager', settings: { secretId: 'x' } }).success).toBe(false);
});

test('refuses to send a credential unencrypted, except to this machine', () => {
  for (const url of ['https://kong.example', 'http://127.0.0.1:8001', 'http://localhost:8001', 'http://[::1]:8001'])
    expect([url, kongUrl(url)]).toEqual([url, true]);
  for (const url of [
    'http://kong.example:8001',
    'http://127.0.0.1.example:8001',
    'http://localhost.example',
    'https://user:pass@kong.example',
    'file:///etc/passwd',
    'kong:8001',
  ])
    expect([url, kongUrl(url)]).toEqual([url, false]);
});

test('refuses stored settings that are wrong, naming the fields and not what is in them', async () => {
  const installation = installationOf('manual', {});
  const { access } = accessTo(new SecretsManagerClient({ region: 'us-east-1' }));
  const wrong = { adminUrl: `http://${adminToken}.example`, adminTokenSecret: 7 };
  expect(await errorOf(kitKindOf('kong').install(installation, wrong, access))).toMatchObject({
    name: 'KitMisconfigured',
    code: 'SETTINGS_WRONG',
    message: expect.stringContaining('settings.adminTokenSecret'),
  });
});
