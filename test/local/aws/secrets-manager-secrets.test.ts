import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutResourcePolicyCommand,
  RestoreSecretCommand,
  type SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inFile } from '../../../lib/local/aws/persistence.ts';
import type { SecretsState } from '../../../lib/local/aws/secrets-manager-state.ts';
import { type RunningSecretsManager, runSecretsManager } from './running-secrets-manager.ts';

const DAY_MS = 24 * 60 * 60_000;

let running: RunningSecretsManager;
let client: SecretsManagerClient;

beforeEach(async () => {
  running = await runSecretsManager();
  client = running.client;
});

afterEach(() => running.close());

const create = (Name = 'gateway/one') =>
  client.send(new CreateSecretCommand({ Name, SecretString: 'first', Description: 'of a gateway' }));

test('refuses a second secret of the same name', async () => {
  await create();

  await expect(create()).rejects.toMatchObject({
    name: 'ResourceExistsException',
    message: 'The operation failed because the secret gateway/one already exists.',
  });
});

test('refuses a name with other characters than AWS allows', async () => {
  await expect(create('a b')).rejects.toMatchObject({ name: 'ValidationException' });
});

test('refuses what this machine would only pretend to do', async () => {
  const encrypted = new CreateSecretCommand({ Name: 'gateway/one', SecretString: 'first', KmsKeyId: 'alias/mine' });

  await expect(client.send(encrypted)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(
    client.send(new PutResourcePolicyCommand({ SecretId: 'gateway/one', ResourcePolicy: '{}' })),
  ).rejects.toMatchObject({ name: 'UnknownOperationException' });
});

test('a description shows dates, tags and labels, and no value', async () => {
  await create();
  await client.send(new TagResourceCommand({ SecretId: 'gateway/one', Tags: [{ Key: 'a', Value: '1' }] }));
  await client.send(new TagResourceCommand({ SecretId: 'gateway/one', Tags: [{ Key: 'b', Value: '2' }] }));
  await client.send(new UntagResourceCommand({ SecretId: 'gateway/one', TagKeys: ['a'] }));
  await client.send(new GetSecretValueCommand({ SecretId: 'gateway/one' }));

  const described = await client.send(new DescribeSecretCommand({ SecretId: 'gateway/one' }));

  expect(described).toMatchObject({
    Name: 'gateway/one',
    Description: 'of a gateway',
    Tags: [{ Key: 'b', Value: '2' }],
    CreatedDate: new Date('2026-01-01T12:00:00Z'),
    LastChangedDate: new Date('2026-01-01T12:00:00Z'),
    LastAccessedDate: new Date('2026-01-01T00:00:00Z'),
  });
  expect(described).not.toHaveProperty('RotationEnabled');
  expect(JSON.stringify(described)).not.toContain('first');
});

test('an update changes the description, and with a value the current version', async () => {
  await create();

  const { VersionId } = await client.send(
    new UpdateSecretCommand({ SecretId: 'gateway/one', Description: 'new', SecretString: 'second' }),
  );
  const read = await client.send(new GetSecretValueCommand({ SecretId: 'gateway/one' }));

  expect(read).toMatchObject({ SecretString: 'second', VersionId });
});

test('refuses everything but a description of a secret that is marked for deletion', async () => {
  await create();
  const { DeletionDate } = await client.send(
    new DeleteSecretCommand({ SecretId: 'gateway/one', RecoveryWindowInDays: 7 }),
  );

  expect(DeletionDate).toEqual(new Date('2026-01-08T12:00:00Z'));
  await expect(client.send(new GetSecretValueCommand({ SecretId: 'gateway/one' }))).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: "You can't perform this operation on the secret because it was marked for deletion.",
  });
  await expect(create()).rejects.toMatchObject({ name: 'InvalidRequestException' });
  const { DeletedDate } = await client.send(new DescribeSecretCommand({ SecretId: 'gateway/one' }));
  expect(DeletedDate).toEqual(new Date('2026-01-08T12:00:00Z'));
});

test('a secret is restored within its recovery window, and gone after it', async () => {
  await create();
  await client.send(new DeleteSecretCommand({ SecretId: 'gateway/one', RecoveryWindowInDays: 7 }));
  await client.send(new RestoreSecretCommand({ SecretId: 'gateway/one' }));
  running.time.nowMs += 8 * DAY_MS;
  expect(await client.send(new GetSecretValueCommand({ SecretId: 'gateway/one' }))).toMatchObject({
    SecretString: 'first',
  });

  await client.send(new DeleteSecretCommand({ SecretId: 'gateway/one' }));
  running.time.nowMs += 31 * DAY_MS;

  await expect(client.send(new RestoreSecretCommand({ SecretId: 'gateway/one' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('a forced deletion frees the name at once, and is no error for a secret that is not there', async () => {
  const { ARN } = await create();
  await client.send(new DeleteSecretCommand({ SecretId: 'gateway/one', ForceDeleteWithoutRecovery: true }));
  await client.send(new DeleteSecretCommand({ SecretId: 'gateway/one', ForceDeleteWithoutRecovery: true }));

  expect((await create()).ARN).not.toBe(ARN);
});

test('refuses a recovery window that AWS does not offer', async () => {
  await create();

  await expect(
    client.send(new DeleteSecretCommand({ SecretId: 'gateway/one', RecoveryWindowInDays: 3 })),
  ).rejects.toMatchObject({ name: 'InvalidParameterException' });
});

test('secrets are listed page by page, filtered by a prefix, without those marked for deletion', async () => {
  for (const name of ['gateway/one', 'gateway/two', 'gateway/three', 'other']) await create(name);
  await client.send(new DeleteSecretCommand({ SecretId: 'gateway/three' }));
  const Filters = [{ Key: 'name' as const, Values: ['gateway/'] }];

  const first = await client.send(new ListSecretsCommand({ Filters, MaxResults: 1, SortOrder: 'asc' }));
  const second = await client.send(
    new ListSecretsCommand({ Filters, MaxResults: 1, SortOrder: 'asc', NextToken: first.NextToken }),
  );

  expect(first.SecretList?.map(({ Name }) => Name)).toEqual(['gateway/one']);
  expect(second.SecretList?.map(({ Name }) => Name)).toEqual(['gateway/two']);
  expect(second.NextToken).toBeUndefined();
});

test('a random password has the length and the types that were asked for', async () => {
  const { RandomPassword = '' } = await client.send(
    new GetRandomPasswordCommand({ PasswordLength: 4, ExcludePunctuation: true, ExcludeCharacters: 'abc' }),
  );

  expect(RandomPassword).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Zd-z\d]{4}$/);
  await expect(client.send(new GetRandomPasswordCommand({ PasswordLength: 3 }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
});

test('secrets outlive a restart, in a file that only its owner can read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  const path = join(folder, 'secrets.json');
  const before = await runSecretsManager(inFile<SecretsState>(path));
  await before.client.send(new CreateSecretCommand({ Name: 'gateway/one', SecretString: 'first' }));
  await before.close();

  const after = await runSecretsManager(inFile<SecretsState>(path));
  const read = await after.client.send(new GetSecretValueCommand({ SecretId: 'gateway/one' }));
  await after.close();
  const { mode } = statSync(path);
  rmSync(folder, { recursive: true });

  expect(read.SecretString).toBe('first');
  expect(mode & 0o777).toBe(0o600);
});
