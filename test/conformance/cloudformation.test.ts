import { randomUUID } from 'node:crypto';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect } from 'vitest';
import { createCloudFormation } from '../../lib/emulator/cloudformation/cloudformation.ts';
import { runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { contractOf } from './contract.ts';
import { elsewhere } from './target.ts';

/** The one stack of this machine is there from the beginning: elsewhere CreateStack makes it. */
const StackName = `stack-${randomUUID()}`;
const { clause, clientOptions } = contractOf('cloudformation', () => {
  const id = `arn:aws:cloudformation:us-east-1:000000000000:stack/${StackName}/00000000-0000-4000-8000-000000000001`;
  return runEndpoint([createCloudFormation({ name: StackName, id, createdAtMs: 0, outputs: { Table: 'gateways' } })]);
});

let client: CloudFormationClient;
beforeAll(async () => {
  client = new CloudFormationClient(clientOptions());
  const Resources = { Topic: { Type: 'AWS::SNS::Topic' } };
  const TemplateBody = JSON.stringify({ Resources, Outputs: { Table: { Value: 'gateways' } } });
  if (elsewhere) await client.send(new CreateStackCommand({ StackName, TemplateBody }));
});
afterAll(() => client.destroy());
const describe = async (StackName = '') => (await client.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];

clause('a stack is described by its name, by its id, or with all others', async () => {
  const stack = await describe(StackName);
  expect(stack).toMatchObject({
    StackName,
    StackId: expect.stringMatching(new RegExp(`^arn:aws:cloudformation:us-east-1:\\d{12}:stack/${StackName}/`)),
    StackStatus: 'CREATE_COMPLETE',
    CreationTime: expect.any(Date),
    Outputs: [{ OutputKey: 'Table', OutputValue: 'gateways' }],
  });
  expect((await describe(stack?.StackId))?.StackId).toBe(stack?.StackId);
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({}));
  expect(Stacks.map(({ StackId }) => StackId)).toContain(stack?.StackId);
});

clause('refuses a stack that is not there', async () => {
  await expect(describe('Absent')).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'Stack with id Absent does not exist',
    $metadata: { httpStatusCode: 400 },
  });
});
