import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import { type Kong, openKong } from '../../lib/local/stand-ins/kong.ts';
import { accessTo, errorOf, installationOf, newer, older, startAtMs } from './installation.ts';

const serviceUrl = 'http://127.0.0.1:8080/gateways/orders/kits/edge-1';
const kind = kitKindOf('kong');
const { access } = accessTo(new SecretsManagerClient({ region: 'us-east-1' }));

let kong: Kong;
let routeId: string;
let ids: Readonly<Record<'route' | 'service' | 'tagged' | 'named' | 'other', string>>;
beforeEach(async () => {
  kong = await openKong({ port: 0, workerUpdateMs: 0, nowMs: () => startAtMs });
  routeId = kong.addNamed('routes', 'checkout');
  const serviceId = kong.addNamed('services', 'payments');
  const given = { serviceUrl, sharedSecret: older.value };
  ids = {
    route: kong.addPlugin({ ...given, routeId }),
    service: kong.addPlugin({ ...given, serviceId }),
    tagged: kong.addPlugin({ ...given, tags: ['edge', 'eu'] }),
    named: kong.addPlugin({ ...given, instanceName: 'ping-auth-eu', tags: ['us'] }),
    other: kong.addPlugin(given),
  };
});
afterEach(() => kong.close());

const install = (more: object) => {
  const settings = { adminUrl: kong.adminUrl, ...more };
  return kind.install(installationOf('kong', settings), settings, access);
};
const changed = () =>
  Object.entries(ids).flatMap(([name, id]) => (kong.storedSecret(id) === newer.value ? [name] : []));

test.each([
  [{ routes: ['checkout'] }, ['route']],
  [{ services: ['payments'] }, ['service']],
  [{ tags: ['eu'] }, ['tagged']],
  [{ tags: ['eu', 'us'] }, ['tagged', 'named']],
  [{ instanceNames: ['ping-auth-eu'] }, ['named']],
  [{ instanceNames: ['ping-auth-eu'], tags: ['us'] }, ['named']],
  [{}, ['route', 'service', 'tagged', 'named', 'other']],
])('all plugins that %j selects get the credential, and no other', async (selection, expected) => {
  await install(selection);
  expect(changed()).toEqual(expected);
});

test('a route and a service are found by their ids as well, and plugins by theirs', async () => {
  await install({ routes: [routeId] });
  await install({ pluginIds: [ids.other] });
  expect(changed()).toEqual(['route', 'other']);
});

test.each([
  [{ routes: ['checkout', 'returns'] }, 'no ping-auth plugin of route returns'],
  [{ services: ['returns'] }, 'no ping-auth plugin of service returns'],
  [{ tags: ['eu', 'asia'] }, 'no ping-auth plugin with the tag asia'],
  [{ instanceNames: ['x'] }, 'no ping-auth plugin with the instance name x'],
  [{ tags: ['eu'], instanceNames: ['ping-auth-eu'] }, 'none of 5 belongs to this kit'],
])('refuses %j before anything is changed, and says what is not there', async (selection, words) => {
  expect(await errorOf(install(selection))).toMatchObject({
    code: 'NOTHING_TO_UPDATE',
    message: expect.stringContaining(words),
  });
  expect(changed()).toEqual([]);
});
