import { CreateSecretCommand, DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CredentialValue } from '../../lambdas/domain/credential.ts';
import type { KindName } from '../../lambdas/kits/kind-names.ts';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import { type Kong, type KongOptions, openKong } from '../../lib/local/stand-ins/kong.ts';
import { openWebhookReceiver } from '../../lib/local/stand-ins/webhook-receiver.ts';
import { type RunningSecretsManager, runSecretsManager } from '../emulator/secrets-manager/running-secrets-manager.ts';
import {
  accessTo,
  adminToken,
  errorOf,
  expectNoSecretIn,
  installationOf,
  older,
  signingSecret,
  startAtMs,
} from './installation.ts';

const tag = { Key: 'gateway-credential-rotation', Value: 'orders/edge-1' };
let running: RunningSecretsManager;
beforeEach(async () => {
  running = await runSecretsManager();
});
afterEach(() => running.close());

/** Asks a kit, and looks for secrets in what it says. */
const check = async (kind: KindName, settings: Record<string, unknown>) => {
  const { kit } = installationOf(kind, settings);
  const { access, told } = accessTo(running.client);
  const found = await kitKindOf(kind).check({ kit }, settings, access);
  expectNoSecretIn(found);
  expect(told).toEqual([]);
  return found;
};

const pingOneIds = {
  one: 'aaaaaaaa-1111-4222-8333-444455556666',
  other: 'bbbbbbbb-1111-4222-8333-444455556666',
  environment: 'cccccccc-1111-4222-8333-444455556666',
};
/** A credential of a gateway of PingOne, in form. */
const pingOneValue = (gatewayId: string, credentialId: string): CredentialValue => {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const claims = { jti: credentialId, gatewayId, environmentId: pingOneIds.environment };
  return `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl` as CredentialValue;
};
const [first, second] = ['dddddddd-1111-4222-8333-444455556666', 'eeeeeeee-1111-4222-8333-444455556666'] as const;

describe('Kong, when it is only asked', () => {
  const serviceUrl = 'https://http-access-api.pingone.eu/v1/environments/cccccccc-1111-4222-8333-444455556666';
  let kong: Kong;
  let settings: Record<string, unknown>;
  const open = async (more: Partial<KongOptions> = {}) => {
    kong = await openKong({ port: 0, adminToken, workerUpdateMs: 0, nowMs: () => startAtMs, ...more });
    settings = { adminUrl: kong.adminUrl, adminTokenSecret: 'kong-token' };
  };
  beforeEach(() => open());
  afterEach(() => kong.close());

  test('says which plugins it would change, what they hold and what only a change shows; and changes nothing', async () => {
    const a = kong.addPlugin({ serviceUrl, sharedSecret: pingOneValue(pingOneIds.one, first), serviceId: 'checkout' });
    const b = kong.addPlugin({ serviceUrl });
    expect(await check('kong', settings)).toEqual({
      seen: [
        `Plugin ${a} of service checkout holds credential ${first}.`,
        `Plugin ${b} of all requests holds no credential.`,
      ],
      notShown: ['Whether Kong lets us change plugins: that is seen at the first change.'],
      would: [
        `PATCH plugin ${a} of service checkout: config.shared_secret, and nothing else.`,
        `PATCH plugin ${b} of all requests: config.shared_secret, and nothing else.`,
      ],
      holds: [first],
    });
    expect(kong.requests.filter((request) => !request.startsWith('GET '))).toEqual([]);
  });

  test('refuses a Kong without a database before anything is tried', async () => {
    await kong.close();
    await open({ dbLess: true });
    kong.addPlugin({ serviceUrl, sharedSecret: older.value });
    expect(await errorOf(check('kong', settings))).toMatchObject({ name: 'KitRefused', code: 'NOT_SUPPORTED' });
  });

  test('is told apart from what has nothing of this kit, a vault reference, and a wrong token', async () => {
    expect(await errorOf(check('kong', settings))).toMatchObject({ code: 'NOTHING_TO_UPDATE' });
    kong.addPlugin({ serviceUrl, sharedSecret: '{vault://aws/ping}' });
    expect(await errorOf(check('kong', settings))).toMatchObject({ code: 'VAULT_REFERENCE' });
    expect(await errorOf(check('kong', { adminUrl: kong.adminUrl }))).toMatchObject({ code: 'ACCESS_DENIED' });
  });

  const install = (given: Record<string, unknown>, credentialId: string) =>
    kitKindOf('kong').install(
      installationOf('kong', given, {
        credentialId: credentialId as never,
        value: pingOneValue(pingOneIds.one, credentialId),
      }),
      given,
      accessTo(running.client).access,
    );

  test('never overwrites the credential of another PingOne gateway, which has the same service URL', async () => {
    const foreign = kong.addPlugin({ serviceUrl, sharedSecret: pingOneValue(pingOneIds.other, second) });
    const own = kong.addPlugin({ serviceUrl, sharedSecret: pingOneValue(pingOneIds.one, first) });
    expect(await errorOf(check('kong', settings))).toMatchObject({ code: 'SEVERAL_GATEWAYS' });
    expect(await errorOf(install({ ...settings, pluginIds: [foreign] }, second))).toMatchObject({
      code: 'SEVERAL_GATEWAYS',
    });
    await install({ ...settings, pluginIds: [own] }, second);
    expect(kong.storedSecret(own)).toBe(pingOneValue(pingOneIds.one, second));
    expect(kong.storedSecret(foreign)).toBe(pingOneValue(pingOneIds.other, second));
  });

  test('refuses to change some of the plugins that pluginIds name', async () => {
    const there = kong.addPlugin({ serviceUrl, sharedSecret: older.value });
    const given = { ...settings, pluginIds: [there, 'made-anew'] };
    expect(await errorOf(install(given, second))).toMatchObject({
      code: 'NOTHING_TO_UPDATE',
      message: expect.stringContaining('no ping-auth plugin made-anew'),
    });
    expect(kong.storedSecret(there)).toBe(older.value);
  });
});

describe('A secret, when it is only asked', () => {
  const settings = { secretId: 'kits/edge-1', propagationSeconds: 60, jsonKey: 'credential' };

  test('says what it holds and what would be put into it; it gets no new version', async () => {
    const SecretString = JSON.stringify({ credential: older.value, other: 1 });
    await running.client.send(new CreateSecretCommand({ Name: 'kits/edge-1', SecretString, Tags: [tag] }));
    expect(await check('secrets-manager', settings)).toEqual({
      seen: [`Secret kits/edge-1 is there for this kit, and holds credential ${older.credentialId}.`],
      notShown: [
        'Whether secret kits/edge-1 may be written: that is seen when it is.',
        "Whether a reader keeps the value for longer than propagationSeconds, 60 s: AWS's extension for Lambda and its agent keep one for 300 s unless they are told otherwise, its caching libraries for an hour.",
      ],
      would: [
        'Put a new version into secret kits/edge-1: the credential under "credential", its other keys unchanged.',
      ],
      holds: [older.credentialId],
    });
    const { VersionIdsToStages = {} } = await running.client.send(
      new DescribeSecretCommand({ SecretId: 'kits/edge-1' }),
    );
    expect(Object.keys(VersionIdsToStages)).toHaveLength(1);
  });

  test('refuses one that is not there, or not given to this kit; one without a value is only empty', async () => {
    expect(await errorOf(check('secrets-manager', settings))).toMatchObject({ code: 'SECRET_NOT_GIVEN' });
    await running.client.send(new CreateSecretCommand({ Name: 'kits/edge-1', Tags: [tag] }));
    expect(await check('secrets-manager', settings)).toMatchObject({
      seen: ['Secret kits/edge-1 is there for this kit, and holds no credential.'],
      holds: [],
    });
  });
});

test('A webhook that is only asked shows what it uses, and is sent nothing', async () => {
  const receiver = await openWebhookReceiver({
    port: 0,
    signingSecret,
    applyMs: 0,
    nowMs: () => startAtMs,
    initial: { credentialId: older.credentialId, credential: older.value },
  });
  const url = `${receiver.url}?token=t0ken`;
  const found = await check('webhook', { url, readBackUrl: receiver.readBackUrl, signingSecret: 'signing-key' });
  expect(found).toEqual({
    seen: [
      'Secret signing-key holds a signing key.',
      `The readBackUrl answered a signed GET with credential ${older.credentialId}.`,
    ],
    notShown: ['Whether url takes the message: it is sent only with a credential.'],
    would: [`POST a signed message with the credential to ${receiver.url}.`],
    holds: [older.credentialId],
  });
  expect(receiver.accepted).toEqual([]);
  await receiver.close();
});

test('A person is not asked, only named', async () => {
  expect(await check('manual', {})).toMatchObject({
    seen: [],
    would: [expect.stringMatching(/^Send a message to team-edge, who installs/)],
  });
});

test('Our own policy check shows what it presents, and is given nothing', async () => {
  const { kit } = installationOf('forward', {});
  const { access } = accessTo(running.client, { currentIn: async () => older.credentialId });
  expect(await kitKindOf('forward').check({ kit, secretArn: 'arn' }, {}, access)).toMatchObject({
    seen: [`The policy check presents credential ${older.credentialId}, which is AWSCURRENT.`],
    notShown: [],
    would: [expect.stringMatching(/^Write nothing/)],
  });
  expect(await check('forward', {})).toMatchObject({ seen: [], holds: [], notShown: [expect.any(String)] });
});
