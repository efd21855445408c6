import { CreateSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sessionNameFor } from '../../lambdas/aws/owners-role.ts';
import { isGatewayId, isKitId } from '../../lambdas/domain/ids.ts';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import { errorOf, installationOf, newer, older } from './installation.ts';
import { runWithRoles, type WithRoles } from './owners-roles.ts';

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

const kind = kitKindOf('secrets-manager');
const roleArn = 'arn:aws:iam::444455556666:role/teams/rotation';

let world: WithRoles;
let settings: Record<string, unknown>;
beforeEach(async () => {
  world = await runWithRoles();
});
afterEach(() => world.close());

const create = async (tag = 'orders/edge-1') => {
  const Tags = [{ Key: 'gateway-credential-rotation', Value: tag }];
  const { ARN } = await world.secrets.send(
    new CreateSecretCommand({ Name: 'kits/edge-1', SecretString: older.value, Tags }),
  );
  settings = { secretId: ARN, roleArn, externalId: 'ours', propagationSeconds: 300 };
};
const held = async () =>
  (await world.secrets.send(new GetSecretValueCommand({ SecretId: 'kits/edge-1' }))).SecretString;
const install = () => kind.install(installationOf('secrets-manager', settings), settings, world.access);
const session = 'rotation/orders.edge-1';

describe('A secret of another team', () => {
  test('is looked at and written by the role of its owner, and by nothing else', async () => {
    await create();
    world.calls.length = 0;
    expect(await install()).toEqual({ state: 'INSTALLED' });
    const inOwnName = world.calls.filter((call) => !call.startsWith(session));
    expect(inOwnName).toEqual(['operator AssumeRole', 'operator AssumeRole', 'operator AssumeRole']);
    expect(world.calls).toContain(`${session} PutSecretValue`);
    expect(await held()).toBe(newer.value);
    expect(await kind.readBack?.(installationOf('secrets-manager', settings), settings, world.access)).toEqual({
      matches: true,
    });
  });

  test('is all that a session may use, for fifteen minutes, and one that only reads may not write', async () => {
    await create();
    await install();
    const { secretId: Resource } = settings;
    const policy = (reading: readonly string[], key: readonly string[]) => ({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: reading, Resource },
        {
          Effect: 'Allow',
          Action: key,
          Resource: '*',
          Condition: { StringEquals: { 'kms:EncryptionContext:SecretARN': Resource } },
        },
      ],
    });
    const reading = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];
    const writing = ['secretsmanager:DescribeSecret', 'secretsmanager:PutSecretValue'];
    expect(world.asked.map(({ Policy, ...others }) => ({ ...others, Policy: JSON.parse(String(Policy)) }))).toEqual(
      [
        policy(reading, ['kms:Decrypt']),
        policy(writing, ['kms:Decrypt', 'kms:GenerateDataKey']),
        policy(reading, ['kms:Decrypt']),
      ].map((Policy) => ({
        RoleArn: roleArn,
        RoleSessionName: 'orders.edge-1',
        ExternalId: 'ours',
        DurationSeconds: '900',
        Policy,
      })),
    );
  });

  test('refuses one that is not tagged for the kit, whatever the role may do', async () => {
    await create('payments');
    expect(await errorOf(install())).toMatchObject({ name: 'KitMisconfigured', code: 'SECRET_NOT_GIVEN' });
    expect(await held()).toBe(older.value);
  });

  test('refuses when the role does not let us in, and says what to look at', async () => {
    await create();
    world.refused.add('AssumeRole');
    expect(await errorOf(install())).toMatchObject({
      name: 'KitRefused',
      code: 'ACCESS_DENIED',
      message: expect.stringMatching(
        /the role was not assumed: AccessDenied, HTTP 403\. Name the role in the gateways\.json of the deployment and deploy it; .*trust policy/,
      ),
    });
  });

  test('refuses what the role may not do', async () => {
    await create();
    world.refused.add('PutSecretValue');
    expect(await errorOf(install())).toMatchObject({ name: 'KitRefused', code: 'ACCESS_DENIED' });
  });

  test('is only asked in a check', async () => {
    await create();
    world.calls.length = 0;
    const { kit } = installationOf('secrets-manager', settings);
    expect(await kind.check({ kit }, settings, world.access)).toMatchObject({ holds: [older.credentialId] });
    expect(world.calls).toEqual(['operator AssumeRole', `${session} DescribeSecret`, `${session} GetSecretValue`]);
  });
});

describe('refuses settings', () => {
  const problems = (given: object) => kind.settings.safeParse({ propagationSeconds: 60, ...given }).error?.issues ?? [];
  const secretId = 'arn:aws:secretsmanager:eu-west-1:444455556666:secret:kits/edge-1-AbCdEf';
  test.each([
    ['a role without the ARN of the secret', { secretId: 'kits/edge-1', roleArn }, /has to be the ARN/],
    ['an external id without a role', { secretId, externalId: 'ours' }, /goes with roleArn/],
    ['a role that is none', { secretId, roleArn: 'arn:aws:iam::444455556666:role/*' }, /ARN of a role/],
    ['a previous key without a key', { secretId, previousKey: 'previous' }, /goes with jsonKey/],
    ['one key for both', { secretId, jsonKey: 'a', previousKey: 'a' }, /another key/],
  ])('with %s', (_, given, message) => {
    expect(problems(given).map((one) => one.message)).toEqual([expect.stringMatching(message)]);
  });
});

test('the name of a session says for which kit it is, and long ones are told apart', () => {
  const name = (gatewayId: string, kitId?: string) => {
    if (!isGatewayId(gatewayId) || (kitId !== undefined && !isKitId(kitId))) return expect.fail('no ids');
    return sessionNameFor({ gatewayId, ...(kitId === undefined ? {} : { kitId }) });
  };
  expect(name('orders', 'edge-1')).toBe('orders.edge-1');
  const [one = '', other = ''] = ['a', 'b'].map((end) => name('g'.repeat(60), `${'k'.repeat(40)}${end}`));
  expect(one).toMatch(/^g{55}-[0-9a-f]{8}$/);
  expect(other).not.toBe(one);
});
