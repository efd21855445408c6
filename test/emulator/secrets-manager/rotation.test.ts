import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  type RotateSecretCommandInput,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RotationEvent } from '../../../lib/emulator/secrets-manager/rotation-run.ts';
import type { SecretsState } from '../../../lib/emulator/secrets-manager/state.ts';
import type { Persistence } from '../../../lib/emulator/wire/persistence.ts';
import { FUNCTION_ARN, type RunningSecretsManager, runSecretsManager } from './running-secrets-manager.ts';

const FIRST = '00000000-0000-4000-8000-000000000001';
const TOKEN = '00000000-0000-4000-8000-000000000002';
const OTHER = '00000000-0000-4000-8000-000000000003';
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A rotation function to the letter of AWS's template. */
const rotateByTheBook = async (event: RotationEvent, client: SecretsManagerClient) => {
  const { Step, SecretId, ClientRequestToken, RotationToken } = event;
  if (Step === 'createSecret') {
    const put = { SecretId, ClientRequestToken, RotationToken, SecretString: `value of ${ClientRequestToken}` };
    await client.send(new PutSecretValueCommand({ ...put, VersionStages: ['AWSPENDING'] }));
  }
  if (Step === 'finishSecret') {
    const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId }));
    const current = Object.entries(VersionIdsToStages ?? {}).find(([, stages]) => stages.includes('AWSCURRENT'));
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: ClientRequestToken,
        ...(current ? { RemoveFromVersionId: current[0] } : {}),
      }),
    );
  }
};

let running: RunningSecretsManager;
let client: SecretsManagerClient;
let steps: RotationEvent[];

/** Fails the named step that many times, and otherwise does what the template does. */
const failing = (step: string, times: number) => {
  let left = times;
  return async (event: RotationEvent, through: SecretsManagerClient) => {
    steps.push(event);
    if (event.Step === step && left-- > 0) throw new Error('the step failed');
    await rotateByTheBook(event, through);
  };
};

beforeEach(async () => {
  steps = [];
  running = await runSecretsManager();
  running.rotate = failing('none', 0);
  client = running.client;
  await client.send(new CreateSecretCommand({ Name: 'gateway/one', SecretString: 'first', ClientRequestToken: FIRST }));
});

afterEach(() => running.close());

const rotate = async (change: Partial<RotateSecretCommandInput> = {}) => {
  const answer = await client.send(
    new RotateSecretCommand({
      SecretId: 'gateway/one',
      ClientRequestToken: TOKEN,
      RotationLambdaARN: FUNCTION_ARN,
      RotationRules: { AutomaticallyAfterDays: 10 },
      ...change,
    }),
  );
  await running.service.runDue();
  return answer;
};

const describe = () => client.send(new DescribeSecretCommand({ SecretId: 'gateway/one' }));
const stepNames = () => steps.map(({ Step }) => Step);
const notices = () => running.notices.map(({ name }) => name);

test('a rotation takes its four steps in order, all with the same tokens, and ends with the new version current', async () => {
  const { VersionId, ARN } = await rotate();

  expect(VersionId).toBe(TOKEN);
  expect(stepNames()).toEqual(['createSecret', 'setSecret', 'testSecret', 'finishSecret']);
  expect(
    new Set(
      steps.map(({ SecretId, ClientRequestToken, RotationToken }) => SecretId + ClientRequestToken + RotationToken),
    ).size,
  ).toBe(1);
  expect(steps[0]).toMatchObject({
    SecretId: ARN,
    ClientRequestToken: TOKEN,
    RotationToken: expect.stringMatching(/^[\da-f-]{36}$/),
  });
  expect(await describe()).toMatchObject({
    RotationEnabled: true,
    RotationLambdaARN: FUNCTION_ARN,
    RotationRules: { AutomaticallyAfterDays: 10 },
    LastRotatedDate: new Date('2026-01-01T12:00:00Z'),
    NextRotationDate: new Date('2026-01-12T00:00:00Z'),
    VersionIdsToStages: { [FIRST]: ['AWSPREVIOUS'], [TOKEN]: ['AWSCURRENT', 'AWSPENDING'] },
  });
  expect(notices()).toEqual(['RotationStarted', 'RotationSucceeded']);
});

test('the version is there, empty and pending, before the first step', async () => {
  running.rotate = async ({ SecretId, ClientRequestToken }) => {
    const pending = new GetSecretValueCommand({ SecretId, VersionId: ClientRequestToken, VersionStage: 'AWSPENDING' });
    await expect(client.send(pending)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    });
    steps.push({ Step: 'createSecret', SecretId, ClientRequestToken, RotationToken: '' });
    throw new Error('seen enough');
  };
  await rotate();

  expect(steps).toHaveLength(1);
  expect((await describe()).VersionIdsToStages).toEqual({ [FIRST]: ['AWSCURRENT'], [TOKEN]: ['AWSPENDING'] });
});

test('a failed rotation is attempted again as a whole, with the same token, after growing pauses', async () => {
  running.rotate = failing('testSecret', 2);
  await rotate();
  expect(stepNames()).toEqual(['createSecret', 'setSecret', 'testSecret']);
  expect(running.service.nextDueAtMs()).toBe(running.time.nowMs + MINUTE_MS);

  await running.service.runDue();
  expect(steps).toHaveLength(3);
  running.time.nowMs += MINUTE_MS;
  await running.service.runDue();
  expect(running.service.nextDueAtMs()).toBe(running.time.nowMs + 2 * MINUTE_MS);
  running.time.nowMs += 2 * MINUTE_MS;
  await running.service.runDue();

  expect(steps).toHaveLength(10);
  expect(new Set(steps.map(({ ClientRequestToken }) => ClientRequestToken))).toEqual(new Set([TOKEN]));
  expect((await describe()).VersionIdsToStages).toEqual({
    [FIRST]: ['AWSPREVIOUS'],
    [TOKEN]: ['AWSCURRENT', 'AWSPENDING'],
  });
  expect(running.notices.filter(({ name }) => name === 'RotationFailed')).toEqual([
    expect.objectContaining({ versionId: TOKEN, step: 'testSecret' }),
    expect.objectContaining({ versionId: TOKEN, step: 'testSecret' }),
  ]);
});

test('refuses another rotation while one is unfinished', async () => {
  running.rotate = failing('setSecret', 1);
  await rotate();

  await expect(rotate({ ClientRequestToken: OTHER })).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: "A previous rotation isn't complete. That rotation will be reattempted.",
    $metadata: { httpStatusCode: 400 },
  });
  expect((await rotate()).VersionId).toBe(TOKEN);
  expect(steps).toHaveLength(2);
});

test('once its window is closed, an unfinished rotation waits for the next one, with the same token', async () => {
  running.rotate = failing('setSecret', 1);
  await rotate({ RotationRules: { ScheduleExpression: 'cron(0 12 * * ? *)', Duration: '1h' } });
  running.time.nowMs += 59 * MINUTE_MS;
  running.rotate = failing('setSecret', 1);
  await running.service.runDue();
  expect(steps).toHaveLength(4);

  running.time.nowMs += 10 * MINUTE_MS;
  await running.service.runDue();
  expect(steps).toHaveLength(4);
  expect(running.service.nextDueAtMs()).toBe(Date.UTC(2026, 0, 2, 12));

  running.time.nowMs = Date.UTC(2026, 0, 2, 12);
  await running.service.runDue();
  expect(steps.at(-1)).toMatchObject({ Step: 'finishSecret', ClientRequestToken: TOKEN });
});

test('AWSPENDING taken away by hand ends a rotation: no further step runs, and another may begin', async () => {
  running.rotate = async (event, through) => {
    steps.push(event);
    await rotateByTheBook(event, through);
    if (event.Step !== 'setSecret') return;
    const { SecretId, ClientRequestToken: RemoveFromVersionId } = event;
    await through.send(
      new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSPENDING', RemoveFromVersionId }),
    );
  };
  await rotate();

  expect(stepNames()).toEqual(['createSecret', 'setSecret']);
  expect(notices()).toEqual(['RotationStarted', 'RotationAbandoned']);
  running.rotate = failing('none', 0);
  await rotate({ ClientRequestToken: OTHER });
  expect((await describe()).VersionIdsToStages?.[OTHER]).toContain('AWSCURRENT');
});

test('a version made by hand abandons the rotation and counts for the schedule', async () => {
  running.rotate = failing('setSecret', 1);
  await rotate();
  running.time.nowMs += 2 * DAY_MS;
  await client.send(
    new PutSecretValueCommand({ SecretId: 'gateway/one', SecretString: 'by hand', ClientRequestToken: OTHER }),
  );

  const { VersionIdsToStages, NextRotationDate } = await describe();
  expect(VersionIdsToStages).toEqual({ [FIRST]: ['AWSPREVIOUS'], [OTHER]: ['AWSCURRENT'] });
  expect(NextRotationDate).toEqual(new Date('2026-01-14T00:00:00Z'));
  expect(running.service.nextDueAtMs()).toBe(Date.UTC(2026, 0, 13));
});

test('a function that ends without making its version current has not rotated', async () => {
  running.rotate = async (event, through) => {
    if (event.Step === 'createSecret') await rotateByTheBook(event, through);
  };
  await rotate();

  expect(notices()).toEqual(['RotationStarted', 'RotationFailed']);
  expect((await describe()).LastRotatedDate).toBeUndefined();
});

test('a createSecret that puts no value has failed', async () => {
  running.rotate = async (event) => void steps.push(event);
  await rotate();

  expect(stepNames()).toEqual(['createSecret']);
  expect(running.notices.at(-1)).toMatchObject({ name: 'RotationFailed', step: 'createSecret' });
});

test('the schedule begins rotations by itself, each with a new token', async () => {
  await rotate();
  expect(running.service.nextDueAtMs()).toBe(Date.UTC(2026, 0, 11));

  running.time.nowMs = Date.UTC(2026, 0, 11, 3);
  await running.service.runDue();

  expect(steps).toHaveLength(8);
  expect(steps[4]?.ClientRequestToken).not.toBe(TOKEN);
  expect((await describe()).NextRotationDate).toEqual(new Date('2026-01-22T00:00:00Z'));
});

test('a window that this machine slept through is skipped', async () => {
  await rotate({ RotationRules: { ScheduleExpression: 'cron(0 2 ? * SUN *)', Duration: '2h' } });
  running.time.nowMs = Date.UTC(2026, 0, 6);
  await running.service.runDue();

  expect(steps).toHaveLength(4);
  expect(running.service.nextDueAtMs()).toBe(Date.UTC(2026, 0, 11, 2));
});

test('without RotateImmediately only testSecret runs, on a version that is gone afterwards, whatever came of it', async () => {
  for (const times of [0, 1]) {
    steps = [];
    running.rotate = failing('testSecret', times);
    await rotate({ RotateImmediately: false });
    expect(stepNames()).toEqual(['testSecret']);
    expect((await describe()).VersionIdsToStages).toEqual({ [FIRST]: ['AWSCURRENT'] });
  }

  expect(notices()).toEqual([
    'TestRotationStarted',
    'TestRotationSucceeded',
    'TestRotationStarted',
    'TestRotationFailed',
  ]);
  expect((await describe()).LastRotatedDate).toBeUndefined();
  expect(running.service.nextDueAtMs()).toBe(Date.UTC(2026, 0, 11));
});

test('a cancelled rotation runs no further, and AWSPENDING stays where it was', async () => {
  running.rotate = failing('setSecret', 1);
  await rotate();
  const { VersionId } = await client.send(new CancelRotateSecretCommand({ SecretId: 'gateway/one' }));
  running.time.nowMs += DAY_MS;
  await running.service.runDue();

  expect(VersionId).toBe(TOKEN);
  expect(steps).toHaveLength(2);
  expect(running.service.nextDueAtMs()).toBeUndefined();
  expect(await describe()).toMatchObject({ RotationEnabled: false, VersionIdsToStages: { [TOKEN]: ['AWSPENDING'] } });
  await expect(rotate({ ClientRequestToken: OTHER })).rejects.toMatchObject({ name: 'InvalidRequestException' });
});

test('a secret marked for deletion is not rotated', async () => {
  await rotate();
  await client.send(new DeleteSecretCommand({ SecretId: 'gateway/one' }));

  expect(running.service.nextDueAtMs()).toBeUndefined();
  await expect(rotate({ ClientRequestToken: OTHER })).rejects.toMatchObject({ name: 'InvalidRequestException' });
});

test.each<[string, Partial<RotateSecretCommandInput>, string]>([
  ['a function that is not there', { RotationLambdaARN: `${FUNCTION_ARN}-2` }, 'AccessDeniedException'],
  ['the token of another version', { ClientRequestToken: FIRST }, 'InvalidParameterException'],
  ['more than 1000 days', { RotationRules: { AutomaticallyAfterDays: 1001 } }, 'ValidationException'],
  [
    'two schedules',
    { RotationRules: { AutomaticallyAfterDays: 1, ScheduleExpression: 'rate(1 day)' } },
    'InvalidParameterException',
  ],
])('refuses a rotation with %s, and sets nothing up', async (_what, change, name) => {
  await expect(rotate(change)).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  expect(await describe()).not.toHaveProperty('RotationEnabled');
});

test('refuses a rotation without a function', async () => {
  const bare = new RotateSecretCommand({ SecretId: 'gateway/one', ClientRequestToken: TOKEN });

  await expect(client.send(bare)).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: 'No Lambda rotation function ARN is associated with this secret.',
  });
});

test('refuses a put with the rotation token of something else', async () => {
  running.rotate = async (event, through) => rotateByTheBook({ ...event, RotationToken: 'made up' }, through);
  await rotate();

  expect(running.notices.at(-1)).toMatchObject({ name: 'RotationFailed', step: 'createSecret' });
});

test('a rotation that a killed process left goes on with the same token at the next start', async () => {
  let saved = '';
  const persistence: Persistence<SecretsState> = {
    load: () => (saved ? JSON.parse(saved) : undefined),
    save: (state) => {
      saved = JSON.stringify(state);
    },
  };
  const before = await runSecretsManager(persistence);
  let seen: (event: RotationEvent) => void = () => undefined;
  const setSecret = new Promise<RotationEvent>((resolve) => {
    seen = resolve;
  });
  before.rotate = async (event, through) => {
    await rotateByTheBook(event, through);
    if (event.Step === 'createSecret') return;
    seen(event);
    await new Promise(() => undefined);
  };
  await before.client.send(new CreateSecretCommand({ Name: 'gateway/one', SecretString: 'first' }));
  const command = { SecretId: 'gateway/one', ClientRequestToken: TOKEN, RotationLambdaARN: FUNCTION_ARN };
  await before.client.send(new RotateSecretCommand(command));
  const left = await setSecret;
  await before.close();

  const after = await runSecretsManager(persistence);
  after.rotate = failing('none', 0);
  await after.service.runDue();
  const read = await after.client.send(new GetSecretValueCommand({ SecretId: 'gateway/one' }));
  await after.close();

  expect(stepNames()).toEqual(['createSecret', 'setSecret', 'testSecret', 'finishSecret']);
  expect(steps[0]).toMatchObject({ ClientRequestToken: TOKEN, RotationToken: left.RotationToken });
  expect(read.VersionId).toBe(TOKEN);
});
