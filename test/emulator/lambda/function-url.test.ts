import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gatewayId, openRotated, type System } from '../../support/system.ts';
import { send } from '../endpoint/signed-request.ts';

let system: System;
let operateUrl: string;
beforeEach(async () => {
  system = await openRotated();
  const { AWS_ENDPOINT_URL: endpoint = '', AWS_REGION: region = '', ...key } = system.deployment.cloud.operator;
  const credentials = { accessKeyId: key.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: key.AWS_SECRET_ACCESS_KEY ?? '' };
  const client = new CloudFormationClient({ endpoint, region, credentials, maxAttempts: 1 });
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: 'GatewayCredentialRotation' }));
  operateUrl = Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'OperateUrl')?.OutputValue ?? '';
  await expect(client.send(new DescribeStacksCommand({ StackName: 'Other' }))).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'Stack with id Other does not exist',
  });
});
afterEach(() => system.close());

const key = () => ({
  accessKeyId: system.deployment.cloud.operator.AWS_ACCESS_KEY_ID ?? '',
  secretAccessKey: system.deployment.cloud.operator.AWS_SECRET_ACCESS_KEY ?? '',
  callerName: 'operator',
});
const post = (body: string, more: Partial<Parameters<typeof send>[0]> = {}) => {
  const { origin, pathname: path } = new URL(operateUrl);
  const headers = { 'content-type': 'application/json' };
  return send({ url: origin, path, key: key(), atMs: Date.now(), service: 'lambda', body, headers, ...more });
};
const retry = JSON.stringify({ command: 'acknowledge-kit', gatewayId, kitId: 'one', credentialId: 'x', reason: 'r' });

test('the function behind a URL is told who signed, and its answer comes back with its status', async () => {
  await system.start({ gatewayId, reason: 'quarterly' });
  await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
  const { status, body } = await post(JSON.stringify({ command: 'hold', gatewayId, reason: 'a look' }));
  expect({ status, body: JSON.parse(body) }).toMatchObject({ status: 200, body: { result: 'DONE' } });
  expect((await system.gateway()).rotation?.held?.actor).toBe('arn:aws:iam::000000000000:user/operator');
  expect(await post(retry)).toMatchObject({ status: 409 });
  expect(await post('{')).toMatchObject({ status: 400 });
});

test('refuses what is unsigned, signed by a key that is not known, for another service, or with another body', async () => {
  const unsigned = await fetch(operateUrl, { method: 'POST', body: retry });
  expect([unsigned.status, await unsigned.json()]).toEqual([
    403,
    { Message: 'Request is missing Authentication Token' },
  ]);
  expect(await post(retry, { key: { ...key(), accessKeyId: 'LOCALOTHER' } })).toMatchObject({ status: 403 });
  expect(await post(retry, { service: 'sts' })).toMatchObject({ status: 403 });
  expect(await post(retry, { sentBody: retry.replace('"x"', '"y"') })).toMatchObject({ status: 403 });
  const unknown = { path: '/lambda-url/other/' };
  expect(await post(retry, unknown)).toMatchObject({ status: 404 });
});
