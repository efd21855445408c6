import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunningSecretsManager, runSecretsManager } from './running-secrets-manager.ts';

const FIRST = '00000000-0000-4000-8000-000000000001';
const SECOND = '00000000-0000-4000-8000-000000000002';
const THIRD = '00000000-0000-4000-8000-000000000003';

let running: RunningSecretsManager;
let client: SecretsManagerClient;

beforeEach(async () => {
  running = await runSecretsManager();
  client = running.client;
});

afterEach(() => running.close());

const create = () =>
  client.send(new CreateSecretCommand({ Name: 'gateway/one', SecretString: 'first', ClientRequestToken: FIRST }));

const put = (token: string, value: string, stages?: string[]) =>
  client.send(
    new PutSecretValueCommand({
      SecretId: 'gateway/one',
      ClientRequestToken: token,
      SecretString: value,
      ...(stages ? { VersionStages: stages } : {}),
    }),
  );

const move = (label: string, from: string | undefined, to: string | undefined) =>
  client.send(
    new UpdateSecretVersionStageCommand({
      SecretId: 'gateway/one',
      VersionStage: label,
      ...(from ? { RemoveFromVersionId: from } : {}),
      ...(to ? { MoveToVersionId: to } : {}),
    }),
  );

const labels = async () =>
  (await client.send(new DescribeSecretCommand({ SecretId: 'gateway/one' }))).VersionIdsToStages;

test('a secret is found by its name, its ARN and its ARN without the six random characters', async () => {
  const { ARN } = await create();

  expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:gateway\/one-[A-Za-z0-9]{6}$/);
  for (const SecretId of ['gateway/one', ARN, ARN?.slice(0, -7)]) {
    const { SecretString, VersionId, VersionStages } = await client.send(new GetSecretValueCommand({ SecretId }));
    expect({ SecretString, VersionId, VersionStages }).toEqual({
      SecretString: 'first',
      VersionId: FIRST,
      VersionStages: ['AWSCURRENT'],
    });
  }
});

test('a put without labels moves AWSCURRENT, and AWSPREVIOUS follows to the version it left', async () => {
  await create();
  await put(SECOND, 'second');
  await put(THIRD, 'third');

  expect(await labels()).toEqual({ [SECOND]: ['AWSPREVIOUS'], [THIRD]: ['AWSCURRENT'] });
});

test('the first version of an empty secret is current whatever label it was put with', async () => {
  await client.send(new CreateSecretCommand({ Name: 'gateway/one', ClientRequestToken: FIRST }));
  await put(SECOND, 'second', ['live-1']);

  expect(await labels()).toEqual({ [SECOND]: ['AWSCURRENT', 'live-1'] });
});

test('the same token with the same value changes nothing', async () => {
  await create();
  await put(SECOND, 'second', ['AWSPENDING']);

  const again = await put(SECOND, 'second', ['AWSPENDING']);

  expect(again.VersionId).toBe(SECOND);
  expect(await labels()).toEqual({ [FIRST]: ['AWSCURRENT'], [SECOND]: ['AWSPENDING'] });
});

test('refuses the same token with another value', async () => {
  await create();

  await expect(put(FIRST, 'other')).rejects.toMatchObject({
    name: 'ResourceExistsException',
    $metadata: { httpStatusCode: 400 },
  });
});

test('refuses a token that is not 32 to 64 characters long', async () => {
  await create();

  await expect(put('short', 'second')).rejects.toMatchObject({ name: 'ValidationException' });
});

test('refuses a value of more than 64 KiB, and its error does not repeat the value', async () => {
  await create();
  const value = 'v'.repeat(65_537);

  const refusal = await put(SECOND, value).catch((error: Error) => error);

  expect(refusal).toMatchObject({ name: 'ValidationException' });
  expect(String((refusal as Error).message)).not.toContain('vvv');
});

test('a label is attached to one version only: a put takes it from another', async () => {
  await create();
  await put(SECOND, 'second', ['one', 'two']);
  await put(THIRD, 'third', ['two']);

  expect(await labels()).toEqual({ [FIRST]: ['AWSCURRENT'], [SECOND]: ['one'], [THIRD]: ['two'] });
});

test('moving AWSCURRENT moves AWSPREVIOUS and leaves AWSPENDING', async () => {
  await create();
  await put(SECOND, 'second', ['AWSPENDING']);

  await move('AWSCURRENT', FIRST, SECOND);

  expect(await labels()).toEqual({ [FIRST]: ['AWSPREVIOUS'], [SECOND]: ['AWSCURRENT', 'AWSPENDING'] });
});

test('moving AWSCURRENT back exchanges it with AWSPREVIOUS', async () => {
  await create();
  await put(SECOND, 'second');

  await move('AWSCURRENT', SECOND, FIRST);

  expect(await labels()).toEqual({ [FIRST]: ['AWSCURRENT'], [SECOND]: ['AWSPREVIOUS'] });
});

test('refuses to move a label without naming the version it is attached to', async () => {
  await create();
  await put(SECOND, 'second', ['AWSPENDING']);

  await expect(move('AWSCURRENT', undefined, SECOND)).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: `The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${FIRST}, so you must explicitly reference that version in RemoveFromVersionId.`,
  });
});

test('refuses to move a label from a version it is not attached to', async () => {
  await create();
  await put(SECOND, 'second', ['AWSPENDING']);
  await put(THIRD, 'third', ['live-3']);

  await expect(move('AWSCURRENT', THIRD, SECOND)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  expect(await labels()).toMatchObject({ [FIRST]: ['AWSCURRENT'], [SECOND]: ['AWSPENDING'] });
});

test('refuses to remove AWSCURRENT altogether', async () => {
  await create();

  await expect(move('AWSCURRENT', FIRST, undefined)).rejects.toMatchObject({ name: 'InvalidParameterException' });
});

test('a new label is attached without naming any other version', async () => {
  await create();

  await move('live-1', undefined, FIRST);

  expect(await labels()).toEqual({ [FIRST]: ['AWSCURRENT', 'live-1'] });
});

test('refuses the 21st label of a secret and changes nothing', async () => {
  await create();
  const nineteen = Array.from({ length: 19 }, (_, index) => `label-${index}`);
  await put(SECOND, 'second', nineteen);

  await expect(move('label-20', undefined, FIRST)).rejects.toMatchObject({ name: 'LimitExceededException' });
  expect((await labels())?.[FIRST]).toEqual(['AWSCURRENT']);
});

test('a version without labels is deprecated: listed only when asked for, readable by its id', async () => {
  await create();
  await put(SECOND, 'second', ['AWSPENDING']);
  await move('AWSPENDING', SECOND, undefined);

  const listed = await client.send(new ListSecretVersionIdsCommand({ SecretId: 'gateway/one' }));
  const all = await client.send(new ListSecretVersionIdsCommand({ SecretId: 'gateway/one', IncludeDeprecated: true }));
  const read = await client.send(new GetSecretValueCommand({ SecretId: 'gateway/one', VersionId: SECOND }));

  expect(listed.Versions?.map(({ VersionId }) => VersionId)).toEqual([FIRST]);
  expect(all.Versions?.map(({ VersionId }) => VersionId)).toEqual([FIRST, SECOND]);
  expect(read.SecretString).toBe('second');
});

test('deprecated versions beyond a hundred go, the oldest first, and none of the last 24 hours', async () => {
  await create();
  for (let count = 1; count <= 101; count++) {
    await client.send(new UpdateSecretCommand({ SecretId: 'gateway/one', SecretString: `value ${count}` })).then(
      () => expect(count).toBeLessThanOrEqual(99),
      (error) => expect(error).toMatchObject({ name: 'LimitExceededException' }),
    );
  }
  running.time.nowMs += 25 * 60 * 60_000;
  await put(SECOND, 'second');

  const { Versions } = await client.send(
    new ListSecretVersionIdsCommand({ SecretId: 'gateway/one', IncludeDeprecated: true, MaxResults: 100 }),
  );

  expect(Versions).toHaveLength(100);
  expect(Versions?.some(({ VersionId }) => VersionId === FIRST)).toBe(false);
});

test('refuses a label that the named version does not have', async () => {
  await create();
  const read = new GetSecretValueCommand({ SecretId: 'gateway/one', VersionId: FIRST, VersionStage: 'AWSPENDING' });

  await expect(client.send(read)).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: 'You provided a VersionStage that is not associated to the provided VersionId.',
  });
});

test('says what it did not find, with HTTP 400 as AWS does', async () => {
  await expect(client.send(new GetSecretValueCommand({ SecretId: 'absent' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: "Secrets Manager can't find the specified secret.",
    $metadata: { httpStatusCode: 400 },
  });
  await create();
  const pending = new GetSecretValueCommand({ SecretId: 'gateway/one', VersionStage: 'AWSPENDING' });
  await expect(client.send(pending)).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
  });
});

test('bytes come back as bytes', async () => {
  await create();
  await client.send(new PutSecretValueCommand({ SecretId: 'gateway/one', SecretBinary: new Uint8Array([0, 255, 7]) }));

  const { SecretBinary, SecretString } = await client.send(new GetSecretValueCommand({ SecretId: 'gateway/one' }));

  expect([...(SecretBinary ?? [])]).toEqual([0, 255, 7]);
  expect(SecretString).toBeUndefined();
});
