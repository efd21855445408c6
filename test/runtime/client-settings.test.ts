import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test, vi } from 'vitest';
import { clientSettings, limited } from '../../lambdas/runtime/client-settings.ts';

let server: Server | undefined;
afterEach(() => {
  vi.useRealTimers();
  server?.closeAllConnections();
  server?.close();
});

/** A service that takes connections and requests, and never answers; or one that begins an answer and does not end it. */
const hanging = async (begins: boolean): Promise<{ endpoint: string; asked: () => number }> => {
  let asked = 0;
  server = createServer((_, response) => {
    asked += 1;
    if (begins) response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).write('{');
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
};

test.each([
  ['never answers', false],
  ['begins an answer and does not end it', true],
])('a call to a service that %s ends', async (_, begins) => {
  const { endpoint, asked } = await hanging(begins);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const environment = {
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'none',
  };
  const client = limited(new DynamoDBClient(clientSettings({ environment })));
  const call = client.send(new GetItemCommand({ TableName: 't', Key: { pk: { S: 'a' } } }));
  const outcome = vi.fn();
  call.then(
    () => outcome('answered'),
    () => outcome('ended'),
  );
  await vi.waitFor(() => expect(asked()).toBeGreaterThan(0));
  await vi.advanceTimersByTimeAsync(15_000);
  expect(outcome.mock.calls).toEqual([['ended']]);
  client.destroy();
});
