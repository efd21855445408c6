import { LambdaClient, UpdateAliasCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { kitFunctionsIn } from '../../lambdas/aws/kit-functions.ts';
import type { CredentialValue } from '../../lambdas/domain/credential.ts';
import { KitCallFailed } from '../../lambdas/domain/kit-call-failed.ts';
import { kitKindOf, kitSettingsSchema } from '../../lambdas/kits/kinds.ts';
import type { KitFunctions } from '../../lambdas/ports.ts';
import { type Lambda, lambdaService } from '../../lib/emulator/lambda/lambda.ts';
import { type Running, runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { accessTo, errorOf, expectNoSecretIn, installationOf, newer, older, startAtMs } from './installation.ts';

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const kind = kitKindOf('aws-lambda');
const others = { P1_ENV_ID: 'ümlaut "quoted" \\ \n line', LOG: '' };

let nowMs: number;
let lambda: Lambda;
let running: Running;
let client: LambdaClient;
let functions: KitFunctions;
let settings: Record<string, unknown>;
beforeEach(async () => {
  nowMs = startAtMs;
  lambda = lambdaService({
    region: 'us-east-1',
    accountId: '000000000000',
    timers: { now: () => nowMs, after: () => () => undefined, sleep: async () => undefined, track: (work) => work() },
  });
  running = await runEndpoint([lambda]);
  client = new LambdaClient({ ...running.clientOptions, maxAttempts: 1 });
  functions = kitFunctionsIn(() => client);
  settings = { functionName: 'authorizer', variable: 'SHARED_SECRET' };
  lambda.configured.add({
    name: 'authorizer',
    variables: { ...others, SHARED_SECRET: older.value },
    aliases: ['live'],
  });
});
afterEach(async () => {
  client.destroy();
  await running.close();
});

const access = (more: Partial<KitFunctions> = {}) =>
  accessTo(secrets, { functions: { ...functions, ...more }, signal: AbortSignal.timeout(20_000) }).access;
const install = (more: Partial<KitFunctions> = {}, credential = newer) =>
  kind.install(installationOf('aws-lambda', settings, credential), settings, access(more));
const readBack = () => kind.readBack?.(installationOf('aws-lambda', settings), settings, access());
const check = async () => {
  const found = await kind.check({ kit: installationOf('aws-lambda', settings).kit }, settings, access());
  expectNoSecretIn(found);
  return found;
};
const revisionOf = async () => (await functions.show('authorizer', undefined, AbortSignal.timeout(9_000)))?.revisionId;
const held = (qualifier?: string) => lambda.configured.variables('authorizer', qualifier);

describe('A Lambda function', () => {
  test('gets the credential into its variable, and its other variables stay byte for byte', async () => {
    expect(await install()).toEqual({ state: 'INSTALLED' });
    expect(held()).toEqual({ ...others, SHARED_SECRET: newer.value });
    expect(held('live')).toEqual({ ...others, SHARED_SECRET: older.value });
  });

  test('is changed once, however often it is asked', async () => {
    await install();
    const revision = await revisionOf();
    await install();
    expect(await revisionOf()).toBe(revision);
  });

  test('shows what it holds, and when another tool has set it back', async () => {
    expect(await readBack()).toEqual({ matches: false });
    await install();
    expect(await readBack()).toEqual({ matches: true });
    lambda.configured.change('authorizer', { variables: { ...others, SHARED_SECRET: older.value } });
    expect(await readBack()).toEqual({ matches: false });
    expect(kind.traits(settings)).toEqual({ installedBy: 'us', readBackProves: 'store', propagationSeconds: 300 });
  });

  test('takes a value of every character that credentials have', async () => {
    const value = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.' as CredentialValue;
    await install({}, { ...newer, value });
    expect(held()?.SHARED_SECRET).toBe(value);
  });

  test('keeps what another writer changes in between: that is read again', async () => {
    let isFirst = true;
    const setVariables: KitFunctions['setVariables'] = (...given) => {
      if (isFirst) lambda.configured.change('authorizer', { variables: { ...held(), LOG: 'debug' } });
      isFirst = false;
      return functions.setVariables(...given);
    };
    await install({ setVariables });
    expect(held()).toEqual({ ...others, LOG: 'debug', SHARED_SECRET: newer.value });
  });

  test('is found changed although the answer was lost', async () => {
    let writes = 0;
    const setVariables: KitFunctions['setVariables'] = async (...given) => {
      writes += 1;
      await functions.setVariables(...given);
      throw new KitCallFailed('NO_CONNECTION', 'cut');
    };
    expect(await install({ setVariables })).toEqual({ state: 'INSTALLED' });
    expect(writes).toBe(1);
  });

  test('is not believed before its change is complete', async () => {
    lambda.configured.add({ name: 'authorizer', variables: { SHARED_SECRET: older.value }, updateMs: 1_000 });
    const shown: string[] = [];
    const show: KitFunctions['show'] = async (...given) => {
      const one = await functions.show(...given);
      shown.push(one?.state ?? 'none');
      if (one?.state === 'CHANGING') nowMs += 1_000;
      return one;
    };
    await install({ show });
    expect(shown).toContain('CHANGING');
    expect(shown.at(-1)).toBe('READY');
  });
});

describe('A Lambda function behind an alias', () => {
  beforeEach(() => {
    settings.alias = 'live';
  });

  test('gets a version, and the alias is moved to it; a second time nothing is published', async () => {
    expect(await readBack()).toEqual({ matches: false });
    await install();
    await install();
    expect(held('live')).toEqual({ ...others, SHARED_SECRET: newer.value });
    expect(held('1')?.SHARED_SECRET).toBe(older.value);
    expect(() => held('3')).toThrow();
    expect(await readBack()).toEqual({ matches: true });
  });

  test('gets one version when the answer of its publication was lost', async () => {
    let isFirst = true;
    const publish: KitFunctions['publish'] = async (...given) => {
      const version = await functions.publish(...given);
      if (!isFirst) return version;
      isFirst = false;
      throw new KitCallFailed('SERVER_ERROR', 'HTTP 500');
    };
    await install({ publish });
    expect(held('live')?.SHARED_SECRET).toBe(newer.value);
    expect(() => held('3')).toThrow();
  });

  test.each([
    ['code', { code: 'second' }],
    ['variables', { variables: { SHARED_SECRET: older.value, LOG: 'debug' } }],
  ])('refuses to put unpublished %s live', async (_, change) => {
    lambda.configured.change('authorizer', change);
    expect(await errorOf(install())).toMatchObject({ name: 'KitRefused', code: 'REQUEST_REFUSED' });
    expect(await errorOf(check())).toMatchObject({ name: 'KitRefused', code: 'REQUEST_REFUSED' });
    expect([held()?.SHARED_SECRET, held('live')?.SHARED_SECRET]).toEqual([older.value, older.value]);
  });

  test('refuses an alias that leads some calls elsewhere, and one that is not there', async () => {
    lambda.configured.shift('authorizer', 'live', { '2': 0.1 });
    expect(await errorOf(install())).toMatchObject({ name: 'KitRefused', code: 'NOT_SUPPORTED' });
    settings.alias = 'other';
    expect(await errorOf(install())).toMatchObject({ name: 'KitMisconfigured', code: 'NOT_FOUND' });
  });
});

describe('A Lambda function refuses', () => {
  test('to lose variables that are not shown', async () => {
    lambda.configured.change('authorizer', { isLocked: true });
    expect(await errorOf(install())).toMatchObject({ name: 'KitRefused', code: 'ACCESS_DENIED' });
    expect(held()).toEqual({ ...others, SHARED_SECRET: older.value });
  });

  test('a name of a variable, or of a function, that is not there', async () => {
    settings.variable = 'SHARED_SECRETS';
    expect(await errorOf(install())).toMatchObject({ name: 'KitMisconfigured', code: 'NOTHING_TO_UPDATE' });
    expect(held()).toEqual({ ...others, SHARED_SECRET: older.value });
    settings.functionName = 'nobody';
    expect(await errorOf(install())).toMatchObject({ name: 'KitMisconfigured', code: 'NOT_FOUND' });
  });

  test('more than its variables have room for, without repeating them', async () => {
    lambda.configured.add({ name: 'authorizer', variables: { SHARED_SECRET: 'x', BIG: 'y'.repeat(4_060) } });
    expect(await errorOf(install())).toMatchObject({
      name: 'KitRefused',
      code: 'REQUEST_REFUSED',
      message: expect.not.stringContaining('yyy'),
    });
  });

  test.each([
    { variable: undefined },
    { variable: 'A-B' },
    { functionName: 'authorizer:live' },
    { functionName: '*' },
    { alias: '7' },
    { authorizerTtlSeconds: -1 },
    { more: 1 },
  ])('settings %j', (wrong) => {
    expect(kitSettingsSchema.safeParse({ kind: 'aws-lambda', settings }).success).toBe(true);
    expect(kitSettingsSchema.safeParse({ kind: 'aws-lambda', settings: { ...settings, ...wrong } }).success).toBe(
      false,
    );
  });

  test.each([
    ['ACCESS_DENIED', /gateways.json of the deployment and deploy it/],
    ['REQUEST_REFUSED', /4 KB/],
  ] as const)('%s, and says what to do', async (problem, message) => {
    const setVariables = async () => {
      throw new KitCallFailed(problem, 'HTTP 403');
    };
    expect(await errorOf(install({ setVariables }))).toMatchObject({
      code: problem,
      message: expect.stringMatching(message),
    });
  });
});

test('A Lambda function that is only asked shows what it holds and what would change, and stays as it is', async () => {
  settings.alias = 'live';
  const revision = await revisionOf();
  expect(await check()).toEqual({
    seen: [
      `Function authorizer is there; SHARED_SECRET of version 1, which alias live names holds credential ${older.credentialId}.`,
    ],
    notShown: [expect.stringContaining('may be changed'), expect.stringContaining('longer than 300 s')],
    would: [
      'Set variable SHARED_SECRET of function authorizer; its other variables stay as they are.',
      'Publish a version of it, and move alias live there from version 1.',
    ],
    holds: [older.credentialId],
  });
  expect(await revisionOf()).toBe(revision);
  expect(kind.destinations(settings)).toEqual({ urls: [], secrets: [], functions: ['authorizer'] });
});

describe('the emulated Lambda answers as AWS does', () => {
  const Environment = { Variables: { A1: 'b' } };

  test('412 for another revision, 409 while a change is under way', async () => {
    const update = { FunctionName: 'authorizer', Environment };
    await expect(
      client.send(new UpdateFunctionConfigurationCommand({ ...update, RevisionId: 'other' })),
    ).rejects.toMatchObject({ name: 'PreconditionFailedException', $metadata: { httpStatusCode: 412 } });
    await expect(
      client.send(
        new UpdateAliasCommand({ FunctionName: 'authorizer', Name: 'live', FunctionVersion: '1', RevisionId: 'other' }),
      ),
    ).rejects.toMatchObject({ name: 'PreconditionFailedException' });
    lambda.configured.add({ name: 'authorizer', variables: {}, updateMs: 1_000 });
    await client.send(new UpdateFunctionConfigurationCommand(update));
    await expect(client.send(new UpdateFunctionConfigurationCommand(update))).rejects.toMatchObject({
      name: 'ResourceConflictException',
      $metadata: { httpStatusCode: 409 },
    });
  });
});
