import { expect, test } from 'vitest';
import { pingOneSettings, urlsOf } from '../../../lambdas/authorities/pingone/settings.ts';

const given = {
  kind: 'pingone',
  environmentId: '0b4c1d2e-1111-4222-8333-444455556666',
  gatewayId: '6d0f5a3e-1111-4222-8333-444455556666',
  workerSecret: 'pingone-worker',
};
const hosts = (more: object) => urlsOf(pingOneSettings.parse({ ...given, ...more }));

test.each([
  ['NA', 'com'],
  ['CA', 'ca'],
  ['EU', 'eu'],
  ['AU', 'com.au'],
  ['SG', 'sg'],
  ['AP', 'asia'],
])('Region %s is at pingone.%s (facts 1.5)', (region, tld) => {
  expect(hosts({ region })).toEqual({
    apiUrl: `https://api.pingone.${tld}/v1`,
    tokenUrl: `https://auth.pingone.${tld}/${given.environmentId}/as/token`,
    serviceUrl: `https://http-access-api.pingone.${tld}/v1/environments/${given.environmentId}`,
  });
});

test('A URL that is given takes the place of the one of the region, without its last slash', () => {
  expect(hosts({ region: 'EU', tokenUrl: 'https://login.example.com/as/token/' })).toMatchObject({
    tokenUrl: 'https://login.example.com/as/token',
    apiUrl: 'https://api.pingone.eu/v1',
  });
});

test('Without a region all three URLs are needed', () => {
  const local = {
    apiUrl: 'http://127.0.0.1:1/v1',
    tokenUrl: 'http://127.0.0.1:1/e/as/token',
    serviceUrl: 'http://127.0.0.1:1/v1/environments/e',
  };
  expect(hosts(local)).toEqual(local);
  expect(pingOneSettings.safeParse({ ...given, apiUrl: local.apiUrl }).success).toBe(false);
});

test.each([
  ['http to another host', { apiUrl: 'http://api.example.com/v1' }],
  ['a password in a URL', { serviceUrl: 'https://user:password@example.com' }],
  ['a query in a URL', { tokenUrl: 'https://example.com/token?a=b' }],
  ['an unknown region', { region: 'US' }],
  ['a gateway that is no UUID', { gatewayId: 'payments' }],
  ['a misspelt setting', { regoin: 'EU' }],
])('refuses %s', (_what, more) => {
  expect(pingOneSettings.safeParse({ ...given, region: 'EU', ...more }).success).toBe(false);
});

test('What PingOne does not say has a safe default: a quarter of an hour', () => {
  expect(pingOneSettings.parse({ ...given, region: 'EU' })).toMatchObject({
    lastUsedLagSeconds: 900,
    lateCommitSeconds: 900,
  });
});
