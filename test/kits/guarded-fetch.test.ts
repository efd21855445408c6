import { expect, test } from 'vitest';
import type { GatewayId, KitId } from '../../lambdas/domain/ids.ts';
import { guardedFetch } from '../../lambdas/kits/guarded-fetch.ts';
import type { KitFetch } from '../../lambdas/ports.ts';
import { errorOf } from './installation.ts';
import { reachOf } from './reach.ts';

const kit = { gatewayId: 'orders' as GatewayId, kitId: 'edge' as KitId };
const get = { method: 'GET', headers: {}, redirect: 'manual', signal: new AbortController().signal } as const;
const asked: unknown[] = [];
const fetch: KitFetch = async (...call) => {
  asked.push(call);
  return new Response();
};
const through = (addresses: readonly string[]) =>
  guardedFetch(reachOf(['kong.example.com'], { fetch, addressesOf: async () => addresses }), kit);

test('an allowed host is asked, as it is said', async () => {
  asked.length = 0;
  await through(['192.0.2.1'])('https://kong.example.com/plugins', get);
  expect(asked).toEqual([['https://kong.example.com/plugins', get]]);
});

test.for([
  ['https://evil.example/', ['192.0.2.1']],
  ['http://169.254.169.254/latest/meta-data', ['169.254.169.254']],
  ['https://kong.example.com/', ['192.0.2.1', '127.0.0.1']],
  ['https://kong.example.com/', ['::ffff:169.254.169.254']],
  ['https://kong.example.com/', ['fe80::1%eth0']],
] as const)('refuses %s at %j before anything is sent', async ([url, addresses]) => {
  asked.length = 0;
  expect(await errorOf(through(addresses)(url, get))).toMatchObject({
    name: 'KitMisconfigured',
    code: 'HOST_NOT_ALLOWED',
  });
  expect(asked).toEqual([]);
});
