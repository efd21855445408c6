import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { CredentialValue } from '../../lambdas/domain/credential.ts';
import { TemporarilyUnavailable } from '../../lambdas/domain/failure.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { newNonce, policyCheckAt } from '../../lambdas/policy-check/policy-check-client.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
const listen = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const value = 'marked-credential' as CredentialValue;

test('refuses to follow a redirect: what it leads to never sees the credential', async () => {
  const seen: unknown[] = [];
  const elsewhere = await listen(({ headers }, response) => {
    seen.push(headers['client-token']);
    response.end(JSON.stringify({ method: 'GET' }));
  });
  const url = await listen((_, response) => response.writeHead(307, { location: `${elsewhere}/` }).end());
  const error = await policyCheckAt(url)
    .ask('orders' as GatewayId, value, newNonce())
    .catch((cause: unknown) => cause);
  expect(seen).toEqual([]);
  expect(error).toBeInstanceOf(TemporarilyUnavailable);
  expect(String(error)).toContain('HTTP 307');
});

const answering = async (status: number, body: object) => {
  const url = await listen((_, response) => response.writeHead(status).end(JSON.stringify(body)));
  return policyCheckAt(url).ask('orders' as GatewayId, value, newNonce());
};
const refusal = { id: 'x', code: 'INVALID_TOKEN', message: 'The gateway credential is missing, wrong or revoked.' };

test('takes for refused what the policy check itself has refused', async () => {
  expect(await answering(401, { ...refusal, refusedBy: 'policy-check' })).toBe('REFUSED');
});

test.each([
  ['of a resource policy, in which the mark stays empty', 401, { ...refusal, refusedBy: '' }],
  ['without the mark', 401, refusal],
  ['of another status', 403, { ...refusal, refusedBy: 'policy-check' }],
])('refuses to take for refused a denial %s', async (_, status, body) => {
  await expect(answering(status, body)).rejects.toBeInstanceOf(TemporarilyUnavailable);
});
