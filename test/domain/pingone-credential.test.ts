import { expect, test } from 'vitest';
import { parsePingOneCredential } from '../../lambdas/domain/pingone-credential.ts';
import { pingOneOf } from '../../lib/local/stand-ins/pingone/pingone.ts';
import { account, environmentId, gatewayId, startAtMs } from '../local/stand-ins/pingone-account.ts';

const part = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url');
const claims = { jti: '9c0f5a3e-1111-4222-8333-444455556666', gatewayId, environmentId };
const jwt = (body: unknown) => `${part({ alg: 'RS256' })}.${part(body)}.c2lnbmF0dXJl`;

test('A credential names its id, its gateway and its environment', () => {
  const { id, value } = pingOneOf(account({ nowMs: startAtMs })).createByHand(gatewayId, 'http://127.0.0.1:1');
  expect(parsePingOneCredential(value)).toEqual({ credentialId: id, value, gatewayId, environmentId });
});

test.each([
  ['nothing', ''],
  ['a credential of the builtin authority', 'gwc_0123456789_0123456789012345678901234567890123456789012345678'],
  ['another kind of JWT', jwt({ sub: 'somebody' })],
  ['an id that is no UUID', jwt({ ...claims, jti: '../x' })],
  ['claims that are no object', jwt(null)],
  ['claims that are no JSON', `${part({ alg: 'RS256' })}.e30x.c2lnbmF0dXJl`],
  ['a line break at the end', `${jwt(claims)}\n`],
  ['space around', ` ${jwt(claims)}`],
  ['a fourth part', `${jwt(claims)}.e30`],
])('refuses %s', (_what, text) => {
  expect(parsePingOneCredential(jwt(claims))).toMatchObject({ credentialId: claims.jti });
  expect(parsePingOneCredential(text)).toBeUndefined();
});
