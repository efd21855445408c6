import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  type SecretsManagerClient,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isSecretsState, type SecretsState } from '../../../lib/emulator/secrets-manager/state.ts';
import { inFile } from '../../../lib/emulator/wire/persistence.ts';
import { AwsError } from '../../../lib/emulator/wire/service.ts';
import { type RunningSecretsManager, runSecretsManager } from './running-secrets-manager.ts';

// What holds on AWS at any time is in test/conformance/secretsmanager.test.ts; here is what needs the clock or the disk.

const FIRST = '00000000-0000-4000-8000-000000000001';
const SECOND = '00000000-0000-4000-8000-000000000002';
const DAY_MS = 24 * 60 * 60_000;

let running: RunningSecretsManager;
let client: SecretsManagerClient;

beforeEach(async () => {
  running = await runSecretsManager();
  client = running.client;
});

afterEach(() => running.close());

const SecretId = 'gateway/one';
const create = () =>
  client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'first', ClientRequestToken: FIRST }));
const put = (VersionStages?: string[]) =>
  client.send(
    new PutSecretValueCommand({
      SecretId,
      ClientRequestToken: SECOND,
      SecretString: 'second',
      ...(VersionStages ? { VersionStages } : {}),
    }),
  );

test('refuses what this machine would only pretend to do', async () => {
  const encrypted = new CreateSecretCommand({ Name: 'gateway/one', SecretString: 'first', KmsKeyId: 'alias/mine' });

  await expect(client.send(encrypted)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(
    client.send(new PutResourcePolicyCommand({ SecretId: 'gateway/one', ResourcePolicy: '{}' })),
  ).rejects.toMatchObject({ name: 'UnknownOperationException' });
});

test('the days of a secret are those of the clock', async () => {
  await create();
  await client.send(new GetSecretValueCommand({ SecretId }));

  expect(await client.send(new DescribeSecretCommand({ SecretId }))).toMatchObject({
    CreatedDate: new Date('2026-01-01T12:00:00Z'),
    LastChangedDate: new Date('2026-01-01T12:00:00Z'),
    LastAccessedDate: new Date('2026-01-01T00:00:00Z'),
  });
  const { DeletionDate } = await client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
  expect(DeletionDate).toEqual(new Date('2026-01-08T12:00:00Z'));
});

test('moving AWSCURRENT leaves AWSPENDING where it is', async () => {
  await create();
  await put(['AWSPENDING']);

  const move = { SecretId, VersionStage: 'AWSCURRENT', RemoveFromVersionId: FIRST, MoveToVersionId: SECOND };
  await client.send(new UpdateSecretVersionStageCommand(move));

  const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId }));
  expect(VersionIdsToStages).toEqual({ [FIRST]: ['AWSPREVIOUS'], [SECOND]: ['AWSCURRENT', 'AWSPENDING'] });
});

test('a secret is restored within its recovery window, and gone after it', async () => {
  await create();
  await client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
  await client.send(new RestoreSecretCommand({ SecretId }));
  running.time.nowMs += 8 * DAY_MS;
  expect(await client.send(new GetSecretValueCommand({ SecretId }))).toMatchObject({
    SecretString: 'first',
  });

  await client.send(new DeleteSecretCommand({ SecretId }));
  running.time.nowMs += 31 * DAY_MS;

  await expect(client.send(new RestoreSecretCommand({ SecretId }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('deprecated versions beyond a hundred go, the oldest first, and none of the last 24 hours', async () => {
  await create();
  for (let count = 1; count <= 101; count++) {
    await client.send(new UpdateSecretCommand({ SecretId, SecretString: `value ${count}` })).then(
      () => expect(count).toBeLessThanOrEqual(99),
      (error) => expect(error).toMatchObject({ name: 'LimitExceededException' }),
    );
  }
  running.time.nowMs += 2 * DAY_MS;
  await put();

  const { Versions } = await client.send(
    new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true, MaxResults: 100 }),
  );

  expect(Versions).toHaveLength(100);
  expect(Versions?.some(({ VersionId }) => VersionId === FIRST)).toBe(false);
});

test('secrets outlive a restart, in a file that only its owner can read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  const path = join(folder, 'secrets.json');
  const before = await runSecretsManager(inFile<SecretsState>(path, isSecretsState));
  await before.client.send(new CreateSecretCommand({ Name: 'gateway/one', SecretString: 'first' }));
  await before.close();

  const after = await runSecretsManager(inFile<SecretsState>(path, isSecretsState));
  const read = await after.client.send(new GetSecretValueCommand({ SecretId: 'gateway/one' }));
  await after.close();
  const { mode } = statSync(path);
  rmSync(folder, { recursive: true });

  expect(read.SecretString).toBe('first');
  expect(mode & 0o777).toBe(0o600);
});

test('while nothing can be written, values are read, changes are refused as unavailable, and all heals by itself', async () => {
  let isFull = false;
  const saved: string[] = [];
  const running = await runSecretsManager({
    load: () => undefined,
    save: (state) => {
      if (isFull) throw new AwsError('ServiceUnavailable', 'Nothing can be written on this machine (ENOSPC).', 503);
      saved.push(JSON.stringify(state));
    },
  });
  const { client, service } = running;
  const read = () => client.send(new GetSecretValueCommand({ SecretId: 'gateway/one' }));
  const put = (value: string) =>
    client.send(new PutSecretValueCommand({ SecretId: 'gateway/one', SecretString: value }));
  await client.send(new CreateSecretCommand({ Name: 'gateway/one', SecretString: 'first' }));
  isFull = true;
  expect((await read()).SecretString).toBe('first');
  await expect(put('second')).rejects.toMatchObject({
    name: 'ServiceUnavailable',
    $metadata: { httpStatusCode: 503 },
  });
  expect((await read()).SecretString).toBe('first');
  await service.runDue();
  isFull = false;
  await put('third');
  expect((await read()).SecretString).toBe('third');
  expect(saved.at(-1)).toContain('third');
  await running.close();
});
