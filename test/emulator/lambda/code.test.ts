import { createHash } from 'node:crypto';
import {
  GetFunctionCommand,
  type LambdaClient,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEdge, zipOf } from '../../kits/edge.ts';

let world: Awaited<ReturnType<typeof openEdge>>;
let client: LambdaClient;
beforeEach(async () => {
  world = await openEdge({ 'index.js': 'one' });
  client = world.clients.lambda;
});
afterEach(() => world.close());

const FunctionName = 'edge-kit';
const sha256 = (zip: Uint8Array) => createHash('sha256').update(zip).digest('base64');
const get = (Qualifier?: string) =>
  client.send(new GetFunctionCommand({ FunctionName, ...(Qualifier ? { Qualifier } : {}) }));

test('the code of a function is behind a link for ten minutes, without a signature', async () => {
  const { Code, Configuration } = await get();
  const response = await fetch(Code?.Location ?? '');
  const zip = new Uint8Array(await response.arrayBuffer());
  expect(zip).toEqual(await zipOf({ 'index.js': 'one' }));
  expect(Configuration).toMatchObject({ CodeSha256: sha256(zip), CodeSize: zip.length });
  world.time.nowMs += 600_000;
  expect((await fetch(Code?.Location ?? '')).status).not.toBe(200);
});

test('code is replaced on the revision that was read; versions keep theirs', async () => {
  const { Configuration: { RevisionId } = {} } = await get();
  const ZipFile = await zipOf({ 'index.js': 'two' });
  const update = new UpdateFunctionCodeCommand({ FunctionName, ZipFile, ...(RevisionId ? { RevisionId } : {}) });
  expect((await client.send(update)).CodeSha256).toBe(sha256(ZipFile));
  await expect(client.send(update)).rejects.toMatchObject({
    name: 'PreconditionFailedException',
    $metadata: { httpStatusCode: 412 },
  });
  expect((await get('1')).Configuration?.CodeSha256).toBe(sha256(await zipOf({ 'index.js': 'one' })));
});

test('a version is published once of the same code, and only of the code that was named', async () => {
  const publish = (CodeSha256?: string) =>
    client.send(new PublishVersionCommand({ FunctionName, ...(CodeSha256 ? { CodeSha256 } : {}) }));
  expect((await publish()).Version).toBe('1');
  const ZipFile = await zipOf({ 'index.js': 'two' });
  await client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
  await expect(publish(sha256(await zipOf({ 'index.js': 'one' })))).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
  });
  expect([(await publish(sha256(ZipFile))).Version, (await publish()).Version]).toEqual(['2', '2']);
});

test('refuses code that is no zip', async () => {
  const update = new UpdateFunctionCodeCommand({ FunctionName, ZipFile: Buffer.from('no zip') });
  await expect(client.send(update)).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
});
