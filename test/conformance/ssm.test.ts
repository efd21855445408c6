import { randomUUID } from 'node:crypto';
import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  RemoveTagsFromResourceCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect } from 'vitest';
import { parameterCalls } from '../../lib/emulator/ssm/parameters.ts';
import { createSsm } from '../../lib/emulator/ssm/ssm.ts';
import { inMemory } from '../../lib/emulator/wire/persistence.ts';
import { runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { contractOf } from './contract.ts';

const { clause, clientOptions } = contractOf('ssm', () =>
  runEndpoint([createSsm(parameterCalls({ persistence: inMemory(), clock: Date.now, callerArn: (name) => name }))]),
);

let client: SSMClient;
beforeAll(() => {
  client = new SSMClient(clientOptions());
});
afterAll(() => client.destroy());

const newName = () => `/kits/${randomUUID()}/credential`;
const ofParameter = { ResourceType: 'Parameter' } as const;

/** The calls about one parameter of this name. */
const parameterNamed = (Name: string) => ({
  Name,
  put: (Value: string, more: Partial<PutParameterCommandInput> = {}) =>
    client.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', ...more })),
  get: async (WithDecryption = true) =>
    (await client.send(new GetParameterCommand({ Name, WithDecryption }))).Parameter,
  history: async (MaxResults = 50, NextToken?: string) =>
    client.send(new GetParameterHistoryCommand({ Name, MaxResults, ...(NextToken ? { NextToken } : {}) })),
  describe: async () =>
    (
      await client.send(
        new DescribeParametersCommand({ ParameterFilters: [{ Key: 'Name', Option: 'Equals', Values: [Name] }] }),
      )
    ).Parameters?.[0],
  tags: async () => (await client.send(new ListTagsForResourceCommand({ ...ofParameter, ResourceId: Name }))).TagList,
});
const opened = async (more: Partial<PutParameterCommandInput> = {}) => {
  const parameter = parameterNamed(newName());
  await parameter.put('first', more);
  return parameter;
};

clause('a new parameter is version 1, and each overwrite the next', async () => {
  const { Name, put, get } = parameterNamed(newName());
  expect(await put('first')).toMatchObject({ Version: 1, Tier: 'Standard' });
  expect(await put('second', { Overwrite: true })).toMatchObject({ Version: 2 });
  expect(await get()).toMatchObject({ Name, Type: 'SecureString', Value: 'second', Version: 2 });
});

clause('the ARN of a parameter has its name once, with one slash before it', async () => {
  const { Name, get } = await opened();
  expect((await get())?.ARN).toMatch(new RegExp(`^arn:aws:ssm:us-east-1:\\d{12}:parameter${Name}$`));
  const plain = parameterNamed(`plain-${randomUUID()}`);
  await plain.put('first');
  expect((await plain.get())?.ARN).toMatch(new RegExp(`:parameter/${plain.Name}$`));
});

clause('a parameter is found by its ARN, and by the number of a version', async () => {
  const { Name, put, get } = await opened();
  await put('second', { Overwrite: true });
  const byArn = parameterNamed((await get())?.ARN ?? '');
  expect(await byArn.get()).toMatchObject({ Value: 'second' });
  expect(await parameterNamed(`${Name}:1`).get()).toMatchObject({ Value: 'first', Version: 1 });
});

clause('a SecureString that is not decrypted does not show its value, in its history neither', async () => {
  const { get, history } = await opened();
  expect((await get(false))?.Value).not.toContain('first');
  expect(JSON.stringify((await history()).Parameters)).not.toContain('first');
});

clause('a String is shown as it is', async () => {
  const { get } = await opened({ Type: 'String' });
  expect(await get(false)).toMatchObject({ Type: 'String', Value: 'first' });
});

clause('refuses to overwrite unless it is asked to', async () => {
  const { put, get } = await opened();
  await expect(put('second')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
  expect((await get())?.Value).toBe('first');
});

clause('refuses to make another type of a parameter', async () => {
  const { put } = await opened({ Type: 'String' });
  await expect(put('second', { Overwrite: true })).rejects.toMatchObject({ name: 'HierarchyTypeMismatchException' });
});

clause('refuses what is not there', async () => {
  const { get, history, tags, Name } = parameterNamed(newName());
  await expect(get()).rejects.toMatchObject({ name: 'ParameterNotFound' });
  await expect(history()).rejects.toMatchObject({ name: 'ParameterNotFound' });
  await expect(tags()).rejects.toMatchObject({ name: 'InvalidResourceId' });
  await expect(client.send(new DeleteParameterCommand({ Name }))).rejects.toMatchObject({ name: 'ParameterNotFound' });
});

clause('refuses names that are not fully qualified, and those of AWS', async () => {
  for (const name of ['kits/credential', 'aws-credential', '/ssm/credential', '/kits/with space'])
    await expect(parameterNamed(`${name}-${randomUUID()}`).put('first')).rejects.toMatchObject({
      name: 'ValidationException',
    });
});

clause('a SecureString has the key that was named', async () => {
  const { put, describe } = await opened({ KeyId: 'alias/kits' });
  expect((await describe())?.KeyId).toBe('alias/kits');
  await put('second', { Overwrite: true, KeyId: 'alias/kits' });
  expect((await describe())?.KeyId).toBe('alias/kits');
});

clause('a SecureString that is written without a key gets the default one', async () => {
  const { put, describe } = await opened({ KeyId: 'alias/kits' });
  await put('second', { Overwrite: true });
  expect((await describe())?.KeyId).toBe('alias/aws/ssm');
});

clause('the history has what each version was made with', async () => {
  const { put, history } = await opened({ KeyId: 'alias/kits', Description: 'of a kit', AllowedPattern: '^[a-z]+$' });
  await put('second', { Overwrite: true, KeyId: 'alias/other' });
  const { Parameters = [] } = await history();
  expect(Parameters.find(({ Version }) => Version === 1)).toMatchObject({
    Type: 'SecureString',
    KeyId: 'alias/kits',
    Description: 'of a kit',
    AllowedPattern: '^[a-z]+$',
    Tier: 'Standard',
  });
  expect(Parameters.find(({ Version }) => Version === 2)).toMatchObject({ KeyId: 'alias/other' });
});

clause('the history comes page by page', async () => {
  const { put, history } = await opened();
  await put('second', { Overwrite: true });
  const first = await history(1);
  const second = await history(1, first.NextToken);
  const versions = [first, second].map(({ Parameters }) => Parameters?.map(({ Version }) => Version));
  expect(versions.flat().toSorted()).toEqual([1, 2]);
  expect(second.NextToken ?? '').toBe('');
});

clause('tags are added, replaced and taken away', async () => {
  const { Name: ResourceId, tags } = await opened({ Tags: [{ Key: 'a', Value: '1' }] });
  const Tags = [
    { Key: 'a', Value: '2' },
    { Key: 'b', Value: '3' },
  ];
  await client.send(new AddTagsToResourceCommand({ ...ofParameter, ResourceId, Tags }));
  expect(await tags()).toEqual(expect.arrayContaining(Tags));
  await client.send(new RemoveTagsFromResourceCommand({ ...ofParameter, ResourceId, TagKeys: ['a'] }));
  expect(await tags()).toEqual([{ Key: 'b', Value: '3' }]);
});

clause('tags stay when a parameter is overwritten', async () => {
  const { put, tags } = await opened({ Tags: [{ Key: 'a', Value: '1' }] });
  await put('second', { Overwrite: true });
  expect(await tags()).toEqual([{ Key: 'a', Value: '1' }]);
});

clause('refuses tags together with an overwrite', async () => {
  const { put } = await opened();
  await expect(put('second', { Overwrite: true, Tags: [{ Key: 'a', Value: '1' }] })).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

clause('refuses more than 4 KB in the standard tier and more than 8 KB in the advanced one', async () => {
  const { put } = await opened();
  await expect(put('x'.repeat(4097), { Overwrite: true })).rejects.toMatchObject({ name: 'ValidationException' });
  expect(await put('x'.repeat(4097), { Overwrite: true, Tier: 'Advanced' })).toMatchObject({ Tier: 'Advanced' });
  await expect(put('x'.repeat(8193), { Overwrite: true, Tier: 'Advanced' })).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

clause('refuses to take a parameter back from the advanced tier', async () => {
  const { put } = await opened({ Tier: 'Advanced' });
  await expect(put('second', { Overwrite: true, Tier: 'Standard' })).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

clause('refuses a value that the pattern of the request does not allow', async () => {
  await expect(parameterNamed(newName()).put('FIRST', { AllowedPattern: '^[a-z]+$' })).rejects.toMatchObject({
    name: 'ParameterPatternMismatchException',
  });
});

clause('a deleted parameter is gone, and its name begins anew', async () => {
  const { Name, put, get } = await opened();
  await put('second', { Overwrite: true });
  await client.send(new DeleteParameterCommand({ Name }));
  await expect(get()).rejects.toMatchObject({ name: 'ParameterNotFound' });
  expect(await put('third')).toMatchObject({ Version: 1 });
});
