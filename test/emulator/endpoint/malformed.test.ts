import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCloudFormation } from '../../../lib/emulator/cloudformation/cloudformation.ts';
import { createEventBridge } from '../../../lib/emulator/eventbridge/eventbridge.ts';
import { createKms } from '../../../lib/emulator/kms/kms.ts';
import { lambdaService } from '../../../lib/emulator/lambda/lambda.ts';
import { createSecretsManager } from '../../../lib/emulator/secrets-manager/secrets-manager.ts';
import { createSns } from '../../../lib/emulator/sns/sns.ts';
import { parameterCalls } from '../../../lib/emulator/ssm/parameters.ts';
import { runCommand } from '../../../lib/emulator/ssm/run-command.ts';
import { createSsm } from '../../../lib/emulator/ssm/ssm.ts';
import { executionsInMemory } from '../../../lib/emulator/step-functions/execution-store.ts';
import { stepFunctionsService } from '../../../lib/emulator/step-functions/step-functions.ts';
import { createSts } from '../../../lib/emulator/sts/sts.ts';
import type { Keys } from '../../../lib/emulator/wire/keys.ts';
import { inMemory } from '../../../lib/emulator/wire/persistence.ts';
import { systemTimers } from '../../../lib/emulator/wire/timers.ts';
import { hostileBodies, hostileValues, jsonOperations } from './hostile-values.ts';
import { type Running, runEndpoint } from './running-endpoint.ts';
import { send } from './signed-request.ts';

const place = { region: 'us-east-1', accountId: '000000000000' };
const arn = (service: string, resource: string): string => `arn:aws:${service}:us-east-1:000000000000:${resource}`;
const keyArn = arn('kms', 'key/key');

const allServices = ({ newSession }: Keys) => {
  const lambda = lambdaService({ ...place, timers: systemTimers });
  lambda.register('fn', { handler: async (event) => event ?? null, timeoutMs: 3000 });
  const states = stepFunctionsService({
    ...place,
    machines: [
      { name: 'Machine', definition: { StartAt: 'End', States: { End: { Type: 'Succeed' } } }, substitutions: {} },
    ],
    invoke: lambda.invoke,
    timers: systemTimers,
    store: executionsInMemory(),
    random: () => 0,
    onEvent: () => undefined,
  });
  const secrets = createSecretsManager({
    persistence: inMemory(),
    clock: Date.now,
    canInvoke: async () => true,
    invokeFunction: async () => undefined,
    report: () => undefined,
  });
  const stack = { name: 'stack', id: arn('cloudformation', 'stack/stack/local'), createdAtMs: 0, outputs: {} };
  return [
    lambda,
    states,
    secrets,
    createSns({ topics: ['owners'], onPublish: async () => undefined }),
    createEventBridge({ buses: [], clock: Date.now, onEvent: async () => undefined }),
    createCloudFormation(stack),
    createSts({ arnOf: (name) => `arn:aws:iam::000000000000:user/${name}`, newSession, clock: Date.now }),
    createSsm(
      parameterCalls({ persistence: inMemory(), clock: Date.now, callerArn: (name) => name }),
      runCommand({ clock: Date.now, documents: [], nodes: [] }).calls,
    ),
    createKms({ keys: [{ arn: keyArn, signs: true }], folder: undefined }),
  ];
};

let running: Running;

beforeAll(async () => {
  running = await runEndpoint(allServices);
  const dynamodb = new DynamoDBClient(running.clientOptions);
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'any',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  dynamodb.destroy();
});

afterAll(() => running.close());

const signingNames: Readonly<Record<string, string>> = {
  secretsmanager: 'secretsmanager',
  AWSStepFunctions: 'states',
  AWSEvents: 'events',
  TrentService: 'kms',
  AmazonSSM: 'ssm',
  DynamoDB_20120810: 'dynamodb',
};

/** Status, name and message of an answer under the JSON protocol. */
const json = async (prefix: string, operation: string, body: string) => {
  const contentType = prefix === 'DynamoDB_20120810' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1';
  const answer = await send({
    url: running.endpoint.url,
    key: running.operator,
    atMs: Date.now(),
    service: signingNames[prefix] ?? '',
    body,
    headers: { 'content-type': contentType, 'x-amz-target': `${prefix}.${operation}` },
  });
  const { __type = '' } = JSON.parse(answer.body) as { __type?: string };
  return { status: answer.status, name: __type.replace(/^.*#/, '') };
};

const form = async (service: string, body: string) => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const asked = { url: running.endpoint.url, key: running.operator, atMs: Date.now(), service, body, headers };
  const answer = await send(asked);
  return { status: answer.status, name: /<Code>(\w+)<\/Code>/.exec(answer.body)?.[1] ?? '' };
};

const every = Object.entries(jsonOperations).flatMap(([prefix, operations]) =>
  Object.entries(operations).map(([operation, input]) => ({ prefix, operation, input })),
);

describe('under the JSON protocol', () => {
  test.each(every)('$prefix $operation refuses what is malformed by a name, and never fails', async (asked) => {
    const { prefix, operation, input } = asked;
    const bodies = [
      ...hostileBodies,
      ...Object.keys(input).flatMap((member) =>
        hostileValues.map((value) =>
          JSON.stringify({ ...input, [member]: 'HOSTILE' }).replace('"HOSTILE"', () => value),
        ),
      ),
    ];
    const wrong: string[] = [];
    for (const body of bodies) {
      const { status, name } = await json(prefix, operation, body);
      const isNamed = status === 200 || (status === 400 && /^[A-Z]\w+$/.test(name));
      if (!isNamed) wrong.push(`${status} ${name}: ${body.slice(0, 120)}`);
    }
    expect(wrong).toEqual([]);
  });

  test.each(every.filter(({ prefix, input }) => prefix !== 'DynamoDB_20120810' && Object.keys(input).length > 0))(
    '$prefix $operation takes no number, list or object for a text',
    async ({ prefix, operation, input }) => {
      const texts = Object.entries(input).filter(([, value]) => typeof value === 'string');
      for (const [member] of texts)
        for (const value of [1, ['a'], { a: 1 }, true])
          expect([member, await json(prefix, operation, JSON.stringify({ ...input, [member]: value }))]).toEqual([
            member,
            { status: 400, name: 'SerializationException' },
          ]);
    },
  );

  const machine = { stateMachineArn: arn('states', 'stateMachine:Machine') };
  const malformed: readonly [string, string, object, string][] = [
    ['AWSStepFunctions', 'DescribeStateMachine', { stateMachineArn: arn('states', 'stateMachine:{') }, 'InvalidArn'],
    ['AWSStepFunctions', 'DescribeStateMachine', { stateMachineArn: arn('states', 'stateMachine:a b') }, 'InvalidArn'],
    ['AWSStepFunctions', 'DescribeStateMachine', { stateMachineArn: arn('states', 'execution:a:b') }, 'InvalidArn'],
    ['AWSStepFunctions', 'DescribeStateMachine', {}, 'ValidationException'],
    [
      'AWSStepFunctions',
      'DescribeStateMachine',
      { stateMachineArn: `${machine.stateMachineArn}${'x'.repeat(256)}` },
      'ValidationException',
    ],
    ['AWSStepFunctions', 'DescribeExecution', { executionArn: arn('states', 'execution:Machine') }, 'InvalidArn'],
    [
      'AWSStepFunctions',
      'DescribeExecution',
      { executionArn: arn('states', 'execution:Machine:\u0000') },
      'InvalidArn',
    ],
    [
      'AWSStepFunctions',
      'DescribeExecution',
      { executionArn: arn('states', 'execution:Machine:a') },
      'ExecutionDoesNotExist',
    ],
    ['AWSStepFunctions', 'ListExecutions', { ...machine, statusFilter: 'running' }, 'ValidationException'],
    ['AWSStepFunctions', 'ListExecutions', { ...machine, mapRunArn: 'x' }, 'ValidationException'],
    [
      'AWSStepFunctions',
      'StartExecution',
      { ...machine, input: '['.repeat(5000) + ']'.repeat(5000) },
      'InvalidExecutionInput',
    ],
    [
      'AWSStepFunctions',
      'StopExecution',
      { executionArn: arn('states', 'execution:Machine:a'), error: 'x'.repeat(257) },
      'ValidationException',
    ],
    ['AWSEvents', 'DescribeEventBus', { Name: '' }, 'ValidationException'],
    ['AWSEvents', 'DescribeEventBus', { Name: 'a b' }, 'ValidationException'],
    ['AWSEvents', 'DeleteEventBus', { Name: 'a b' }, 'ValidationException'],
    ['AWSEvents', 'DeleteEventBus', {}, 'ValidationException'],
    ['AWSEvents', 'ListEventBuses', { NamePrefix: 'a b' }, 'ValidationException'],
    ['AWSEvents', 'ListEventBuses', { Limit: 0 }, 'ValidationException'],
    [
      'AWSEvents',
      'PutEvents',
      { Entries: [{ Source: 'a', DetailType: 'b', Detail: '{}', EventBusName: 'a b' }] },
      'ValidationException',
    ],
    [
      'AWSEvents',
      'PutEvents',
      { Entries: [{ Source: 'a', DetailType: 'b', Detail: '{}', Time: 1e300 }] },
      'SerializationException',
    ],
    ['AWSEvents', 'PutEvents', {}, 'ValidationException'],
    ['TrentService', 'Sign', {}, 'ValidationException'],
    ['TrentService', 'Sign', { KeyId: '' }, 'ValidationException'],
    ['TrentService', 'EnableKey', { KeyId: 'arn:aws:kms' }, 'InvalidArnException'],
    ['TrentService', 'EnableKey', { KeyId: 'arn:aws:states:us-east-1:000000000000:key/key' }, 'InvalidArnException'],
    ['TrentService', 'EnableKey', { KeyId: arn('kms', 'key/none') }, 'NotFoundException'],
    [
      'TrentService',
      'Sign',
      { KeyId: 'key', SigningAlgorithm: 'ECDSA_SHA_256', Message: '%%%' },
      'SerializationException',
    ],
    [
      'TrentService',
      'Sign',
      { KeyId: 'key', SigningAlgorithm: 'nonsense', Message: 'dGV4dA==' },
      'ValidationException',
    ],
    ['secretsmanager', 'DescribeSecret', { SecretId: '' }, 'ValidationException'],
    ['secretsmanager', 'CreateSecret', { Name: '%zz' }, 'ValidationException'],
  ];
  test.each(malformed.map(([prefix, operation, input, name]) => ({ prefix, operation, input, name })))(
    '$prefix $operation answers $name to what is malformed',
    async ({ prefix, operation, input, name }) => {
      expect(await json(prefix, operation, JSON.stringify(input))).toEqual({ status: 400, name });
    },
  );

  test('a member that is null is a member that is not there', async () => {
    expect(await json('secretsmanager', 'ListSecrets', '{"MaxResults":null,"Filters":null}')).toMatchObject({
      status: 200,
    });
    expect(await json('AWSEvents', 'ListEventBuses', '{"NamePrefix":null}')).toMatchObject({ status: 200 });
  });

  test('an event whose detail is nested without end is malformed, and the others arrive', async () => {
    const event = { Source: 'a', DetailType: 'b', Detail: '{}' };
    const deep = { ...event, Detail: `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}` };
    expect(await json('AWSEvents', 'PutEvents', JSON.stringify({ Entries: [event, deep] }))).toMatchObject({
      status: 200,
    });
  });
});

describe('under the Query protocol', () => {
  const topic = encodeURIComponent(arn('sns', 'owners'));
  test.each([
    ['sns', 'Action=Publish&TopicArn=%zz&Message=a', 400, 'InvalidParameter'],
    ['sns', 'Action=Publish&TopicArn=arn:aws:sns&Message=a', 400, 'InvalidParameter'],
    ['sns', 'Action=Publish&TopicArn.x=1&Message=a', 400, 'InvalidParameter'],
    ['sns', `Action=Publish&TopicArn=${topic}none&Message=a`, 404, 'NotFound'],
    ['sns', `Action=Publish&TopicArn=${topic}&Message.a=1`, 400, 'InvalidParameter'],
    ['sns', `Action=Publish&TopicArn=${topic}&Message=a&MessageAttributes=b`, 400, 'InvalidParameter'],
    [
      'sns',
      `Action=Publish&TopicArn=${topic}&Message=a&MessageAttributes.entry.1.Name=b&MessageAttributes.entry.1.Value.x=1`,
      400,
      'ParameterValueInvalid',
    ],
    ['sns', 'Action=CreateTopic&Name=%zz', 400, 'InvalidParameter'],
    ['sns', 'Action=GetTopicAttributes', 400, 'InvalidParameter'],
    ['sns', 'Action=toString', 400, 'InvalidAction'],
    ['sns', 'Name=a', 400, 'MissingAction'],
    ['sns', 'Action=a&Action.b=c', 400, 'MalformedQueryString'],
    ['sts', 'Action=__proto__', 400, 'InvalidAction'],
    ['cloudformation', 'Action=DescribeStacks&StackName=%zz', 400, 'ValidationError'],
    ['cloudformation', 'Action=DescribeStacks&StackName.x=1', 400, 'ValidationError'],
    ['cloudformation', 'Action=DescribeStacks&StackName=', 400, 'ValidationError'],
    ['cloudformation', 'Action=DescribeStacks&StackName=none', 400, 'ValidationError'],
  ])('%s refuses %s', async (service, body, status, name) => {
    expect(await form(service, `${body}&Version=any`)).toEqual({ status, name });
  });
});

describe('Invoke', () => {
  const invoke = async (name: string, { query = '', headers = {}, body = '{}' } = {}) => {
    const path = `/2015-03-31/functions/${name}/invocations`;
    const answer = await send({
      url: running.endpoint.url,
      key: running.operator,
      atMs: Date.now(),
      service: 'lambda',
      body,
      headers,
      path,
      query,
    });
    return {
      status: answer.status,
      name: answer.headers['x-amzn-errortype'] ?? '',
      log: answer.headers['x-amz-log-result'],
    };
  };
  const other = (region: string, account: string) =>
    encodeURIComponent(`arn:aws:lambda:${region}:${account}:function:fn`);

  test.each([
    ['a percent-escape that is none', '%zz', {}, 400, 'ValidationException'],
    ['a percent-escape that is no UTF-8', '%ff', {}, 400, 'ValidationException'],
    ['half an ARN', 'arn%3Aaws%3Alambda', {}, 400, 'ValidationException'],
    ['a name with a slash', 'a%2Fb', {}, 400, 'ValidationException'],
    ['a name that is too long', 'x'.repeat(171), {}, 400, 'ValidationException'],
    ['a function that is not there', 'none', {}, 404, 'ResourceNotFoundException'],
    ['a function of another region', other('eu-west-1', '000000000000'), {}, 404, 'ResourceNotFoundException'],
    ['a function of another account', other('us-east-1', '111111111111'), {}, 403, 'AccessDeniedException'],
    ['a version that is not there', 'fn', { query: 'Qualifier=1' }, 404, 'ResourceNotFoundException'],
    ['an alias in the name that is not there', 'fn%3Aprod', {}, 404, 'ResourceNotFoundException'],
    ['a qualifier that is none', 'fn', { query: 'Qualifier=%2F' }, 400, 'ValidationException'],
    ['two qualifiers', 'fn%3Aprod', { query: 'Qualifier=1' }, 400, 'InvalidParameterValueException'],
    ['another type', 'fn', { headers: { 'x-amz-invocation-type': 'event' } }, 400, 'InvalidParameterValueException'],
    ['another kind of log', 'fn', { headers: { 'x-amz-log-type': 'tail' } }, 400, 'InvalidParameterValueException'],
    ['a body that is not JSON', 'fn', { body: '{' }, 400, 'InvalidRequestContentException'],
    [
      'a body that is nested without end',
      'fn',
      { body: '['.repeat(1e5) + ']'.repeat(1e5) },
      400,
      'InvalidRequestContentException',
    ],
  ])('refuses %s', async (_, name, asked, status, error) => {
    expect(await invoke(name, asked)).toMatchObject({ status, name: error });
  });

  test.each([
    ['fn', 'Qualifier=%24LATEST'],
    ['fn%3A%24LATEST', ''],
    ['fn%3A%24LATEST', 'Qualifier=%24LATEST'],
  ])('takes %s with %j', async (name, query) => {
    expect(await invoke(name, { query })).toMatchObject({ status: 200 });
  });

  test('answers the end of the log to who asks for it, and waits for the answer', async () => {
    const { status, log } = await invoke('fn', { headers: { 'x-amz-log-type': 'Tail' } });
    expect(status).toBe(200);
    expect(Buffer.from(String(log), 'base64').toString()).toMatch(
      /^START RequestId: [0-9a-f-]{36} Version: \$LATEST\nEND RequestId: [0-9a-f-]{36}\nREPORT RequestId: [0-9a-f-]{36}\tDuration: /,
    );
    expect((await invoke('fn', { headers: { 'x-amz-log-type': 'None' } })).log).toBeUndefined();
    const asynchronous = { 'x-amz-log-type': 'Tail', 'x-amz-invocation-type': 'Event' };
    expect(await invoke('fn', { headers: asynchronous })).toMatchObject({ status: 202, log: undefined });
  });
});
