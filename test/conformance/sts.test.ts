import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect } from 'vitest';
import { createSts } from '../../lib/emulator/sts/sts.ts';
import { runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { contractOf } from './contract.ts';

const arnOf = (name: string) => (name.startsWith('arn:') ? name : `arn:aws:iam::000000000000:user/${name}`);
const { clause, clientOptions } = contractOf('sts', () =>
  runEndpoint(({ newSession }) => [createSts({ arnOf, newSession, clock: Date.now })]),
);

let client: STSClient;
beforeAll(() => {
  client = new STSClient(clientOptions());
});
afterAll(() => client.destroy());

const assume = (more: Partial<AssumeRoleCommandInput> = {}) =>
  client.send(
    new AssumeRoleCommand({
      RoleArn: 'arn:aws:iam::444455556666:role/teams/rotation',
      RoleSessionName: 'orders.edge-1',
      ...more,
    }),
  );

clause('GetCallerIdentity answers account, ARN and user id of the key', async () => {
  const { Account, Arn, UserId } = await client.send(new GetCallerIdentityCommand({}));
  expect(Account).toMatch(/^\d{12}$/);
  expect(Arn).toMatch(new RegExp(`^arn:aws:(iam|sts)::${Account}:(user|assumed-role)/.+`));
  expect(UserId).toMatch(/.+/);
});

clause(
  'AssumeRole answers credentials that end when they were asked to, and the ARN of the session without the path of its role',
  async () => {
    const { Credentials, AssumedRoleUser } = await assume({
      DurationSeconds: 900,
      ExternalId: 'ours',
      Policy: '{"Version":"2012-10-17","Statement":[]}',
    });
    expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::444455556666:assumed-role/rotation/orders.edge-1');
    for (const part of [Credentials?.AccessKeyId, Credentials?.SecretAccessKey, Credentials?.SessionToken])
      expect(part).toMatch(/.{16,}/);
    const secondsLeft = ((Credentials?.Expiration?.getTime() ?? 0) - Date.now()) / 1000;
    expect(secondsLeft).toBeGreaterThan(840);
    expect(secondsLeft).toBeLessThanOrEqual(901);
  },
);

clause('a session of a role calls as that session, in the account of its role', async () => {
  const { Credentials } = await assume();
  const session = new STSClient({
    ...clientOptions(),
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    },
  });
  expect(await session.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Arn: 'arn:aws:sts::444455556666:assumed-role/rotation/orders.edge-1',
    Account: '444455556666',
  });
  session.destroy();
});

clause('refuses a session whose name is too long or has other characters', async () => {
  for (const RoleSessionName of ['a'.repeat(65), 'orders/edge-1'])
    await expect(assume({ RoleSessionName })).rejects.toMatchObject({ name: 'ValidationError' });
});

clause('refuses a session that is shorter than 15 minutes or longer than 12 hours', async () => {
  for (const DurationSeconds of [899, 43_201])
    await expect(assume({ DurationSeconds })).rejects.toMatchObject({ name: 'ValidationError' });
});

clause('refuses a session policy that is no JSON', async () => {
  await expect(assume({ Policy: 'everything' })).rejects.toMatchObject({
    name: expect.stringMatching(/^MalformedPolicyDocument(Exception)?$/),
  });
});

clause('refuses a session policy of more than 2048 characters', async () => {
  await expect(assume({ Policy: `{"Statement":[]${' '.repeat(2048)}}` })).rejects.toMatchObject({
    name: 'ValidationError',
  });
});
