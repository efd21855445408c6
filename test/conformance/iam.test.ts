import { randomUUID } from 'node:crypto';
import {
  DynamoDBClient,
  type DynamoDBServiceException,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, expect } from 'vitest';
import { createSts } from '../../lib/emulator/sts/sts.ts';
import type { Keys } from '../../lib/emulator/wire/keys.ts';
import type { AwsService } from '../../lib/emulator/wire/service.ts';
import { runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { accessOf } from '../iam/evaluation/access.ts';
import { grantsIn } from '../iam/evaluation/grants.ts';
import type { Role } from '../iam/evaluation/template-policies.ts';
import { contractOf } from './contract.ts';
import { type ClientOptions, elsewhere, optionsFor } from './target.ts';

type Statement = Readonly<Record<string, unknown>>;

const roles = new Map<string, Role>();

/** Answers every call that the policies let through. */
const answering: AwsService = { signingName: 'secretsmanager', call: async () => ({}) };

let keys: Keys;
const openAtHome = async () => {
  const { check } = accessOf({
    policies: { roles, people: new Map(), ofResources: new Map(), keysOfTopics: new Map() },
    secretOf: () => undefined,
    secretsKey: undefined,
    onDecision: () => undefined,
  });
  const arnOf = (name: string) => `arn:aws:sts::000000000000:assumed-role/${name}/${name}`;
  const services = ({ newSession }: Keys) => [answering, createSts({ arnOf, newSession, clock: Date.now })];
  const running = await runEndpoint(services, Date.now, undefined, check);
  keys = running.keys;
  return running;
};

const { clause, clientOptions } = contractOf('iam', openAtHome);

/** Makes moto look at signatures and policies from the next call on, or never again. */
const lookAtPolicies = async (doesLook: boolean): Promise<void> => {
  if (elsewhere)
    await fetch(`${elsewhere.endpoint}/moto-api/reset-auth`, { method: 'POST', body: doesLook ? '0' : 'inf' });
};
afterAll(() => lookAtPolicies(false));

/** Someone with these statements as the only policy, and what his clients are made with. */
const callerWith = async (...statements: readonly Statement[]): Promise<ClientOptions> => {
  const name = `caller-${randomUUID()}`;
  const document = { Version: '2012-10-17', Statement: statements };
  if (!elsewhere) {
    roles.set(name, { name, grants: grantsIn(name, document) });
    return { ...clientOptions(), credentials: keys.keyOf(name) };
  }
  await lookAtPolicies(false);
  const iam = new IAMClient(optionsFor(elsewhere));
  await iam.send(new CreateUserCommand({ UserName: name }));
  const PolicyDocument = JSON.stringify(document);
  await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'own', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  iam.destroy();
  await lookAtPolicies(true);
  const credentials = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  return { ...optionsFor(elsewhere), credentials };
};

const Key = { pk: { S: 'a' } };
const calls = {
  get: (client: DynamoDBClient) => client.send(new GetItemCommand({ TableName: 'absent', Key })),
  put: (client: DynamoDBClient) => client.send(new PutItemCommand({ TableName: 'absent', Item: Key })),
  list: (client: DynamoDBClient) => client.send(new ListTablesCommand({})),
};

/** What becomes of a call: what the service answers to one that is allowed, or that it is refused. */
const endOf = async (options: ClientOptions, call: keyof typeof calls): Promise<string> => {
  const client = new DynamoDBClient(options);
  const end = await calls[call](client).then(
    () => 'answered',
    (error: DynamoDBServiceException) =>
      error.name === accessDenied || error.$metadata.httpStatusCode === 403 ? 'refused' : error.name,
  );
  client.destroy();
  return end;
};
const allowed = 'ResourceNotFoundException';
const accessDenied = 'AccessDeniedException';
const on = (Action: string | string[], more: Statement = {}): Statement => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...more,
});

clause('what no statement allows is refused, and the message names the caller and the action', async () => {
  const client = new DynamoDBClient(await callerWith(on('dynamodb:GetItem')));
  await expect(calls.put(client)).rejects.toMatchObject({
    name: accessDenied,
    message: expect.stringMatching(/^User: arn:aws:\S+ is not authorized to perform: dynamodb:PutItem/),
  });
  client.destroy();
});

clause('a refusal of DynamoDB is HTTP 400', async () => {
  const client = new DynamoDBClient(await callerWith(on('dynamodb:GetItem')));
  await expect(calls.put(client)).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  client.destroy();
});

clause('what a statement allows is answered by the service', async () => {
  const caller = await callerWith(on(['dynamodb:GetItem', 'dynamodb:ListTables']));
  expect([await endOf(caller, 'get'), await endOf(caller, 'list')]).toEqual([allowed, 'answered']);
});

clause('an action may be named by a pattern', async () => {
  const caller = await callerWith(on('dynamodb:Get*'));
  expect([await endOf(caller, 'get'), await endOf(caller, 'put')]).toEqual([allowed, 'refused']);
});

clause('the names of actions are not case-sensitive', async () => {
  expect(await endOf(await callerWith(on('DynamoDB:getitem')), 'get')).toBe(allowed);
});

clause('a Deny wins over an Allow, wherever it stands', async () => {
  const deny = on('dynamodb:PutItem', { Effect: 'Deny' });
  for (const statements of [
    [on('dynamodb:*'), deny],
    [deny, on('dynamodb:*')],
  ]) {
    const caller = await callerWith(...statements);
    expect([await endOf(caller, 'get'), await endOf(caller, 'put')]).toEqual([allowed, 'refused']);
  }
});

const absent = 'arn:aws:dynamodb:us-east-1:*:table/absent';
clause('a statement for a resource allows what it names', async () => {
  expect(await endOf(await callerWith(on('dynamodb:GetItem', { Resource: absent })), 'get')).toBe(allowed);
});

clause('a statement for a resource allows nothing else', async () => {
  const caller = await callerWith(on('dynamodb:GetItem', { Resource: `${absent}-2` }));
  expect(await endOf(caller, 'get')).toBe('refused');
});

clause('a statement whose condition does not hold allows nothing', async () => {
  const Condition = { StringEquals: { 'aws:ResourceTag/gateway-credential-rotation': 'orders' } };
  const client = new SecretsManagerClient(await callerWith(on('secretsmanager:GetSecretValue', { Condition })));
  const read = client.send(new GetSecretValueCommand({ SecretId: 'untagged' }));
  await expect(read).rejects.toMatchObject({ name: accessDenied });
  client.destroy();
});

clause('nobody is refused his own identity', async () => {
  const client = new STSClient(await callerWith(on('sts:*', { Effect: 'Deny' })));
  expect((await client.send(new GetCallerIdentityCommand({}))).Account).toMatch(/^\d{12}$/);
  client.destroy();
});

clause('refuses a key that is not there, and one with another secret', async () => {
  const { credentials, ...options } = await callerWith(on('dynamodb:*'));
  const unknown = { ...options, credentials: { ...credentials, accessKeyId: 'AKIAAAAAAAAAAAAAAAAA' } };
  const wrong = { ...options, credentials: { ...credentials, secretAccessKey: 'wrong' } };
  expect(await endOf(unknown, 'get')).toMatch(/^UnrecognizedClientException$|^refused$/);
  expect(await endOf(wrong, 'get')).toMatch(/^InvalidSignatureException$|^refused$/);
});
