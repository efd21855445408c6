import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect } from 'vitest';
import { runSecretsManager } from '../emulator/secrets-manager/running-secrets-manager.ts';
import { contractOf } from './contract.ts';

const { clause, clientOptions } = contractOf('secretsmanager', () => runSecretsManager());

const FIRST = '00000000-0000-4000-8000-000000000001';
const SECOND = '00000000-0000-4000-8000-000000000002';
const THIRD = '00000000-0000-4000-8000-000000000003';

let client: SecretsManagerClient;
beforeAll(() => {
  client = new SecretsManagerClient(clientOptions());
});
afterAll(() => client.destroy());

const newName = () => `gateway/${randomUUID()}`;

/** A secret of its own for each clause, and what is done with it. */
const secretNamed = (Name: string) => {
  const SecretId = Name;
  return {
    SecretId,
    create: () => client.send(new CreateSecretCommand({ Name, SecretString: 'first', ClientRequestToken: FIRST })),
    put: (token: string, SecretString: string, stages?: string[]) =>
      client.send(
        new PutSecretValueCommand({
          SecretId,
          ClientRequestToken: token,
          SecretString,
          ...(stages ? { VersionStages: stages } : {}),
        }),
      ),
    move: (VersionStage: string, from?: string, to?: string) =>
      client.send(
        new UpdateSecretVersionStageCommand({
          SecretId,
          VersionStage,
          ...(from ? { RemoveFromVersionId: from } : {}),
          ...(to ? { MoveToVersionId: to } : {}),
        }),
      ),
    get: (more: Partial<GetSecretValueCommandInput> = {}) =>
      client.send(new GetSecretValueCommand({ SecretId, ...more })),
    describe: () => client.send(new DescribeSecretCommand({ SecretId })),
    labels: async () => (await client.send(new DescribeSecretCommand({ SecretId }))).VersionIdsToStages,
    remove: (more: { RecoveryWindowInDays?: number; ForceDeleteWithoutRecovery?: boolean } = {}) =>
      client.send(new DeleteSecretCommand({ SecretId, ...more })),
  };
};
const opened = async () => {
  const secret = secretNamed(newName());
  await secret.create();
  return secret;
};
const notFound = { name: 'ResourceNotFoundException' };

clause('a secret is found by its name, its ARN and its ARN without the six random characters', async () => {
  const name = newName();
  const { ARN = '' } = await secretNamed(name).create();
  expect(ARN).toMatch(new RegExp(`^arn:aws:secretsmanager:us-east-1:\\d{12}:secret:${name}-[A-Za-z0-9]{6}$`));
  for (const SecretId of [name, ARN, ARN.slice(0, -7)])
    expect(await client.send(new GetSecretValueCommand({ SecretId }))).toMatchObject({
      ARN,
      Name: name,
      SecretString: 'first',
      VersionId: FIRST,
      VersionStages: ['AWSCURRENT'],
    });
});

clause('a put without labels moves AWSCURRENT, and AWSPREVIOUS follows to the version it left', async () => {
  const { put, labels } = await opened();
  await put(SECOND, 'second');
  await put(THIRD, 'third');
  expect(await labels()).toMatchObject({ [SECOND]: ['AWSPREVIOUS'], [THIRD]: ['AWSCURRENT'] });
});

clause('a put with a label of its own leaves AWSCURRENT where it is', async () => {
  const { put, labels, get } = await opened();
  await put(SECOND, 'second', ['live-1']);
  expect(await labels()).toEqual({ [FIRST]: ['AWSCURRENT'], [SECOND]: ['live-1'] });
  expect((await get()).SecretString).toBe('first');
  expect((await get({ VersionStage: 'live-1' })).SecretString).toBe('second');
  expect((await get({ VersionId: SECOND })).SecretString).toBe('second');
});

clause('the first version of an empty secret is current whatever label it was put with', async () => {
  const { SecretId, put, labels } = secretNamed(newName());
  await client.send(new CreateSecretCommand({ Name: SecretId, ClientRequestToken: FIRST }));
  await put(SECOND, 'second', ['live-1']);
  expect(Object.entries((await labels()) ?? {}).map(([id, stages]) => [id, [...stages].sort()])).toEqual([
    [SECOND, ['AWSCURRENT', 'live-1']],
  ]);
});

clause('the same token with the same value changes nothing', async () => {
  const { put, labels } = await opened();
  await put(SECOND, 'second', ['AWSPENDING']);
  expect((await put(SECOND, 'second', ['AWSPENDING'])).VersionId).toBe(SECOND);
  expect(await labels()).toEqual({ [FIRST]: ['AWSCURRENT'], [SECOND]: ['AWSPENDING'] });
});

clause('refuses the same token with another value', async () => {
  const { put, get } = await opened();
  await expect(put(FIRST, 'other')).rejects.toMatchObject({
    name: 'ResourceExistsException',
    $metadata: { httpStatusCode: 400 },
  });
  expect((await get({ VersionId: FIRST })).SecretString).toBe('first');
});

clause('refuses a token that is shorter than 32 characters', async () => {
  const { put } = await opened();
  await expect(put('short', 'second')).rejects.toMatchObject({
    name: expect.stringMatching(/^(Validation|InvalidParameter)Exception$/),
  });
});

clause('refuses a value of more than 64 KiB, and its error does not repeat the value', async () => {
  const { put } = await opened();
  const refusal = await put(SECOND, 'v'.repeat(65_537)).catch((error: Error) => error);
  expect(refusal).toMatchObject({ name: expect.stringMatching(/^(Validation|InvalidParameter)Exception$/) });
  expect(String((refusal as Error).message)).not.toContain('vvv');
});

clause('a label is attached to one version only: a put takes it from another', async () => {
  const { put, labels } = await opened();
  await put(SECOND, 'second', ['one', 'two']);
  await put(THIRD, 'third', ['two']);
  expect(await labels()).toEqual({ [FIRST]: ['AWSCURRENT'], [SECOND]: ['one'], [THIRD]: ['two'] });
});

clause('moving AWSCURRENT moves AWSPREVIOUS', async () => {
  const { put, labels, move } = await opened();
  await put(SECOND, 'second', ['live-2']);
  await move('AWSCURRENT', FIRST, SECOND);
  const stages = (await labels()) ?? {};
  expect(stages[FIRST]).toEqual(['AWSPREVIOUS']);
  expect([...(stages[SECOND] ?? [])].sort()).toEqual(['AWSCURRENT', 'live-2']);
});

clause('moving AWSCURRENT back exchanges it with AWSPREVIOUS', async () => {
  const { put, labels, move } = await opened();
  await put(SECOND, 'second');
  await move('AWSCURRENT', SECOND, FIRST);
  expect(await labels()).toEqual({ [FIRST]: ['AWSCURRENT'], [SECOND]: ['AWSPREVIOUS'] });
});

clause('refuses to move a label without naming the version it is attached to', async () => {
  const { put, move, labels } = await opened();
  await put(SECOND, 'second', ['live-2']);
  await expect(move('AWSCURRENT', undefined, SECOND)).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: `The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${FIRST}, so you must explicitly reference that version in RemoveFromVersionId.`,
  });
  expect(await labels()).toEqual({ [FIRST]: ['AWSCURRENT'], [SECOND]: ['live-2'] });
});

clause('refuses to move a label from a version it is not attached to', async () => {
  const { put, move, labels } = await opened();
  await put(SECOND, 'second', ['live-2']);
  await put(THIRD, 'third', ['live-3']);
  await expect(move('AWSCURRENT', THIRD, SECOND)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  expect(await labels()).toMatchObject({ [FIRST]: ['AWSCURRENT'], [SECOND]: ['live-2'] });
});

clause('refuses to remove AWSCURRENT altogether', async () => {
  const { move, labels } = await opened();
  await expect(move('AWSCURRENT', FIRST)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  expect(await labels()).toEqual({ [FIRST]: ['AWSCURRENT'] });
});

clause('a new label is attached without naming any other version', async () => {
  const { move, labels } = await opened();
  await move('live-1', undefined, FIRST);
  expect([...((await labels())?.[FIRST] ?? [])].sort()).toEqual(['AWSCURRENT', 'live-1']);
});

clause('a label taken off its version leaves one that is read by its id and no longer described', async () => {
  const { put, move, labels, get } = await opened();
  await put(SECOND, 'second', ['AWSPENDING']);
  await move('AWSPENDING', SECOND);
  expect(await labels()).toEqual({ [FIRST]: ['AWSCURRENT'] });
  expect((await get({ VersionId: SECOND })).SecretString).toBe('second');
});

clause('refuses the 21st label of a secret and changes nothing', async () => {
  const { put, move, labels } = await opened();
  await put(
    SECOND,
    'second',
    Array.from({ length: 19 }, (_, index) => `label-${index}`),
  );
  await expect(move('label-20', undefined, FIRST)).rejects.toMatchObject({ name: 'LimitExceededException' });
  expect((await labels())?.[FIRST]).toEqual(['AWSCURRENT']);
});

clause('deprecated versions are listed only when they are asked for', async () => {
  const { SecretId, put, move } = await opened();
  await put(SECOND, 'second', ['AWSPENDING']);
  await move('AWSPENDING', SECOND);
  const listed = async (more: object) =>
    (await client.send(new ListSecretVersionIdsCommand({ SecretId, ...more }))).Versions?.map(
      ({ VersionId }) => VersionId,
    );
  expect(await listed({})).toEqual([FIRST]);
  expect((await listed({ IncludeDeprecated: true }))?.sort()).toEqual([FIRST, SECOND]);
});

clause('refuses a label that the named version does not have', async () => {
  const { get, put } = await opened();
  await put(SECOND, 'second', ['AWSPENDING']);
  await expect(get({ VersionId: FIRST, VersionStage: 'AWSPENDING' })).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: 'You provided a VersionStage that is not associated to the provided VersionId.',
  });
});

clause('what is not found is HTTP 400', async () => {
  await expect(client.send(new GetSecretValueCommand({ SecretId: newName() }))).rejects.toMatchObject({
    ...notFound,
    $metadata: { httpStatusCode: 400 },
  });
});

clause('says which secret, label or version it did not find', async () => {
  await expect(client.send(new GetSecretValueCommand({ SecretId: newName() }))).rejects.toMatchObject({
    ...notFound,
    message: "Secrets Manager can't find the specified secret.",
  });
  const { get } = await opened();
  await expect(get({ VersionStage: 'AWSPENDING' })).rejects.toMatchObject({
    ...notFound,
    message: "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
  });
  await expect(get({ VersionId: SECOND })).rejects.toMatchObject({
    ...notFound,
    message: `Secrets Manager can't find the specified secret value for VersionId: ${SECOND}`,
  });
});

clause('a secret without a value has none to be read, and a description', async () => {
  const { SecretId, get, labels } = secretNamed(newName());
  await client.send(new CreateSecretCommand({ Name: SecretId }));
  await expect(get()).rejects.toMatchObject(notFound);
  expect((await labels()) ?? {}).toEqual({});
});

clause('bytes come back as bytes', async () => {
  const { SecretId, get } = await opened();
  await client.send(new PutSecretValueCommand({ SecretId, SecretBinary: new Uint8Array([0, 255, 7]) }));
  const { SecretBinary, SecretString } = await get();
  expect([...(SecretBinary ?? [])]).toEqual([0, 255, 7]);
  expect(SecretString).toBeUndefined();
});

clause('refuses a second secret of the same name', async () => {
  const { SecretId, create } = await opened();
  const again = client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'other' }));
  await expect(again).rejects.toMatchObject({
    name: 'ResourceExistsException',
    message: `The operation failed because the secret ${SecretId} already exists.`,
  });
  expect((await create().catch((error: Error) => error)) instanceof Error).toBe(false);
});

clause('refuses a name with other characters than AWS allows', async () => {
  await expect(secretNamed(`a b ${randomUUID()}`).create()).rejects.toMatchObject({
    name: expect.stringMatching(/^(Validation|InvalidParameter)Exception$/),
  });
});

clause('a description shows dates, tags and labels, and no value', async () => {
  const name = newName();
  await client.send(new CreateSecretCommand({ Name: name, Description: 'of a gateway', SecretString: 'the value' }));
  const { describe, SecretId, get } = secretNamed(name);
  await client.send(new TagResourceCommand({ SecretId, Tags: [{ Key: 'a', Value: '1' }] }));
  await client.send(new TagResourceCommand({ SecretId, Tags: [{ Key: 'b', Value: '2' }] }));
  await client.send(new UntagResourceCommand({ SecretId, TagKeys: ['a'] }));
  await get();
  const described = await describe();
  expect(described).toMatchObject({
    Name: name,
    Description: 'of a gateway',
    Tags: [{ Key: 'b', Value: '2' }],
    CreatedDate: expect.any(Date),
    LastChangedDate: expect.any(Date),
  });

  expect(described.RotationEnabled ?? false).toBe(false);
  expect(JSON.stringify(described)).not.toContain('the value');
});

clause('a description says on which day the value was last read', async () => {
  const { get, describe } = await opened();
  await get();
  const { LastAccessedDate } = await describe();
  expect(LastAccessedDate?.toISOString()).toMatch(/T00:00:00.000Z$/);
});

clause('an update changes the description, and with a value the current version', async () => {
  const { SecretId, get, describe } = await opened();
  const { VersionId } = await client.send(
    new UpdateSecretCommand({ SecretId, Description: 'new', SecretString: 'second' }),
  );
  expect(await get()).toMatchObject({ SecretString: 'second', VersionId });
  expect((await describe()).Description).toBe('new');
});

clause('refuses to read a secret that is marked for deletion, and describes it', async () => {
  const { get, remove, describe } = await opened();
  const { DeletionDate } = await remove({ RecoveryWindowInDays: 7 });
  expect(DeletionDate).toBeInstanceOf(Date);
  await expect(get()).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: expect.stringMatching(/ marked (for deletion|deleted)/),
  });
  expect((await describe()).DeletedDate).toBeInstanceOf(Date);
});

clause('refuses to put a value into, or to create again, a secret that is marked for deletion', async () => {
  const { put, create, remove } = await opened();
  await remove({ RecoveryWindowInDays: 7 });
  for (const write of [() => put(SECOND, 'second'), create])
    await expect(write()).rejects.toMatchObject({ name: 'InvalidRequestException' });
});

clause('a secret is restored within its recovery window', async () => {
  const { SecretId, remove, get, describe } = await opened();
  await remove({ RecoveryWindowInDays: 7 });
  await client.send(new RestoreSecretCommand({ SecretId }));
  expect((await get()).SecretString).toBe('first');
  expect((await describe()).DeletedDate).toBeUndefined();
});

clause('a forced deletion frees the name at once, and is no error for a secret that is not there', async () => {
  const secret = secretNamed(newName());
  const { ARN } = await secret.create();
  await secret.remove({ ForceDeleteWithoutRecovery: true });
  await secret.remove({ ForceDeleteWithoutRecovery: true });
  expect((await secret.create()).ARN).not.toBe(ARN);
});

clause('refuses a recovery window that AWS does not offer', async () => {
  const { remove } = await opened();
  await expect(remove({ RecoveryWindowInDays: 3 })).rejects.toMatchObject({ name: 'InvalidParameterException' });
});

clause('secrets are listed page by page, filtered by a prefix, without those marked for deletion', async () => {
  const prefix = newName();
  for (const name of ['one', 'two', 'three']) await secretNamed(`${prefix}/${name}`).create();
  await secretNamed(`${prefix}/three`).remove();
  const list = async (NextToken?: string) =>
    client.send(
      new ListSecretsCommand({
        Filters: [{ Key: 'name', Values: [prefix] }],
        MaxResults: 1,
        SortOrder: 'asc',
        ...(NextToken ? { NextToken } : {}),
      }),
    );
  const first = await list();
  const second = await list(first.NextToken);
  const names = [first, second].map(({ SecretList }) => SecretList?.map(({ Name }) => Name));
  expect(names).toEqual([[`${prefix}/one`], [`${prefix}/two`]]);
  expect(second.NextToken).toBeUndefined();
});

clause('a random password has the length and the types that were asked for', async () => {
  const { RandomPassword = '' } = await client.send(
    new GetRandomPasswordCommand({ PasswordLength: 4, ExcludePunctuation: true, ExcludeCharacters: 'abc' }),
  );
  expect(RandomPassword).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Zd-z\d]{4}$/);
  await expect(client.send(new GetRandomPasswordCommand({ PasswordLength: 3 }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
});

clause('refuses to rotate a secret that has no rotation function', async () => {
  const { SecretId } = await opened();
  await expect(client.send(new RotateSecretCommand({ SecretId }))).rejects.toMatchObject({
    name: 'InvalidRequestException',
  });
});

const RotationLambdaARN = 'arn:aws:lambda:us-east-1:000000000000:function:absent';
clause('refuses to rotate a secret that is not there', async () => {
  const absent = client.send(new RotateSecretCommand({ SecretId: newName(), RotationLambdaARN }));
  await expect(absent).rejects.toMatchObject(notFound);
});

clause('refuses to rotate a secret by a function that is not there', async () => {
  const { SecretId } = await opened();
  const byNobody = client.send(
    new RotateSecretCommand({ SecretId, RotationLambdaARN, RotationRules: { AutomaticallyAfterDays: 10 } }),
  );
  await expect(byNobody).rejects.toMatchObject({
    name: expect.stringMatching(/^(AccessDenied|ResourceNotFound|InvalidParameter|InvalidRequest)Exception$/),
  });
});
