import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { signedPost } from '../../lib/cli/signed-fetch.ts';
import { openSystem, type System } from '../support/system.ts';

let system: System;
let url: string;
beforeAll(async () => {
  system = await openSystem();
  const client = new CloudFormationClient(clientSettings({ environment: system.deployment.cloud.operator }));
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: 'GatewayCredentialRotation' }));
  url = Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'OperateUrl')?.OutputValue ?? '';
  await expect(client.send(new DescribeStacksCommand({ StackName: 'other' }))).rejects.toThrow(
    'Stack with id other does not exist',
  );
  client.destroy();
});
afterAll(() => system.close());

const hold = JSON.stringify({ command: 'hold', gatewayId: 'orders', reason: 'freeze' });
const signer = (key: 'operator' | 'none') => {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secret = '' } = system.deployment.cloud.operator;
  return { credentials: { accessKeyId, secretAccessKey: key === 'operator' ? secret : 'wrong' }, region: 'us-east-1' };
};
const post = (by: 'operator' | 'none', body: string) =>
  signedPost(signer(by), { url, service: 'lambda', contentType: 'application/json', body });

test('the URL of a function tells it who asks, whatever the body says', async () => {
  const { status } = await post('operator', hold.replace('"reason"', '"actor":"somebody else","reason"'));
  expect(status).toBe(200);
  expect((await system.gateway()).rotation?.held?.actor).toBe('arn:aws:iam::000000000000:user/operator');
});

test('refuses an event that only looks as if it had come through the URL: nobody gives himself another name', async () => {
  const before = await system.audit();
  const forged = {
    requestContext: { authorizer: { iam: { userArn: 'arn:aws:iam::000000000000:user/somebody-else' } } },
    body: hold,
    isBase64Encoded: false,
  };
  await expect(system.call('operate', forged)).rejects.toMatchObject({ name: 'InputRefused' });
  const decided = (await system.audit()).slice(before.length).filter(({ actor }) => actor.includes('somebody-else'));
  expect(decided).toEqual([]);
});

test('whom a direct call names is claimed', async () => {
  const actor = 'arn:aws:iam::0:user/x';
  await system.call('operate', { command: 'resume', gatewayId: 'orders', reason: 'thaw', actor });
  expect((await system.audit()).findLast(({ kind }) => kind === 'resume')?.actor).toMatch(
    /^claimed: arn:aws:iam::0:user\/x \(request /,
  );
});

test('refuses who has not signed, or with another secret', async () => {
  const unsigned = await fetch(url, { method: 'POST', body: hold });
  expect(unsigned.status).toBe(403);
  expect((await post('none', hold)).status).toBe(403);
});

test('a body that the function cannot take is its own refusal', async () => {
  expect(await post('operator', '{"command":"destroy"}')).toMatchObject({
    status: 400,
    text: expect.stringContaining('refused'),
  });
});
