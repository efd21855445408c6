import { CreateSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { gatewayId, openSystem, policy, type System, tagOfKits } from '../support/system.ts';

const roleArn = 'arn:aws:iam::000000000000:role/rotation';
const Name = '/kits/edge/credential';
const kit = (kitId: string, kind: string, settings: object) => ({
  ...{ kitId, kind, owner: `${kitId}-team@example.com`, lookBackSeconds: 60, settings },
});
const kits = [
  kit('parameter', 'ssm-parameter', { parameterName: Name, propagationSeconds: 1 }),
  kit('parameter-by-role', 'ssm-parameter', {
    ...{ parameterName: '/kits/other/credential', propagationSeconds: 1 },
    ...{ roleArn, region: 'us-east-1' },
  }),
  kit('function', 'aws-lambda', {
    ...{ functionName: 'authorizer', authorizerTtlSeconds: 1 },
    secret: { secretId: 'kits/function', jsonKey: 'credential', cacheSeconds: 1 },
  }),
];

/** The same with a secret, which has its ARN only once it is made. */
const withSecret = (secretId: string | undefined) => [
  ...kits,
  kit('secret-by-role', 'secrets-manager', {
    ...{ secretId, jsonKey: 'credential', previousKey: 'previous', propagationSeconds: 1, roleArn },
  }),
];

let system: System;
let ssm: SSMClient;
const calls: string[] = [];

beforeAll(async () => {
  system = await openSystem({
    kits,
    onCall: ({ caller, service, operation }) => {
      if (service === 'ssm' || operation === 'PutSecretValue') calls.push(`${caller} ${operation}`);
    },
  });
  ssm = new SSMClient(clientSettings({ environment: system.deployment.cloud.operator }));
  for (const name of [Name, '/kits/other/credential'])
    await ssm.send(new PutParameterCommand({ Name: name, Value: 'none yet', Type: 'SecureString', Tags: [tagOfKits] }));
  const make = (Name: string) =>
    system.deployment.secretsManager.send(
      new CreateSecretCommand({ Name, SecretString: '{"host":"a.example"}', Tags: [tagOfKits] }),
    );
  await make('kits/function');
  const { ARN } = await make('kits/other');
  const decided = { authority: { kind: 'builtin' }, decision: { kind: 'allow-all' } };
  await system.applyGateways([{ gatewayId, ...decided, policy, kits: withSecret(ARN) }]);
});
afterAll(async () => {
  ssm.destroy();
  await system.close(); // rejects when the policies of the template refused a function a call
});

const held = async (): Promise<readonly unknown[]> => {
  const parameter = async (name: string) =>
    (await ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }))).Parameter?.Value;
  const secret = async (SecretId: string) => {
    const { SecretString = '{}' } = await system.deployment.secretsManager.send(
      new GetSecretValueCommand({ SecretId }),
    );
    return JSON.parse(SecretString);
  };
  return [
    await parameter(Name),
    await parameter('/kits/other/credential'),
    (await secret('kits/function')).credential,
    await secret('kits/other'),
  ];
};
/** Each kit is seen with the credential that it holds. */
const rotated = async (): Promise<string> => {
  await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
  const [value] = await held();
  for (const { kitId } of withSecret(undefined)) expect(await system.ask(String(value), kitId)).toBe(200);
  await system.until(({ rotation }) => rotation === undefined);
  return String(value);
};

describe('A gateway whose kits read parameters and secrets, of their own account and by the role of another team', () => {
  test('is rotated by what its own gateways.json lets the functions do, and by nothing else', async () => {
    const first = await rotated();
    await system.start({ gatewayId, reason: 'quarterly' });
    const second = await rotated();

    expect(await held()).toEqual([
      ...[second, second, second],
      { host: 'a.example', credential: second, previous: first },
    ]);
    expect(second).not.toBe(first);
    expect(await system.ask(first, 'parameter')).toBe(401);
  });

  test('has what belongs to the other team written by a session of its role, named for the kit', () => {
    const writers = calls.filter((call) => call.includes(' Put') && !/^(operator|create-credential)/.test(call));
    expect([...new Set(writers)].toSorted()).toEqual([
      'arn:aws:sts::000000000000:assumed-role/rotation/orders.parameter-by-role PutParameter',
      'arn:aws:sts::000000000000:assumed-role/rotation/orders.secret-by-role PutSecretValue',
      'distribute-shard PutParameter',
      'distribute-shard PutSecretValue',
    ]);
  });

  test('keeps no value of a credential in a log, a message or an event', async () => {
    const values = (await held()).slice(0, 1);
    const said = JSON.stringify([system.logged, system.messages, system.events]);
    for (const value of values) expect(said).not.toContain(value);
  });
});
