import { afterEach, expect, test, vi } from 'vitest';
import type { Seen } from '../../lambdas/domain/kit.ts';
import { LruCache } from '../../lambdas/policy-check/lru-cache.ts';
import {
  event,
  goneRevoked,
  goneToken,
  id,
  leakToken,
  newToken,
  nonce,
  nonceHash,
  oldToken,
  openInstance,
  orders,
  presenting,
  probing,
} from './fixtures.ts';

afterEach(() => vi.useRealTimers());
const asKit = (kitId: string, sourceIp: string) =>
  event({ 'CLIENT-TOKEN': oldToken }, { gatewayId: 'orders', kitId }, sourceIp);

test('records the first use by a source at once, then at most once a minute', async () => {
  const { world, effect } = openInstance();
  const usedAt: number[] = [];
  for (const nowMs of [1_000_000, 1_000_001, 1_059_999, 1_060_000, 1_060_001, 1_120_000]) {
    world.nowMs = nowMs;
    await effect(presenting(oldToken));
    if (world.uses.length > usedAt.length) usedAt.push(nowMs);
  }
  expect(usedAt).toEqual([1_000_000, 1_060_000, 1_120_000]);
  expect(world.uses[0]).toEqual({
    gatewayId: 'orders',
    credentialId: 'OLDold0001',
    shard: 1,
    scope: 'source',
    source: { kitId: 'kong-eu', address: '203.0.113.5' },
    atMs: 1_000_000,
  });
});

test('a node that the Service URL names is one source, whatever its address, and another than the address alone', async () => {
  const { world, effect } = openInstance();
  const asNode = (node: string, sourceIp: string) =>
    event({ 'CLIENT-TOKEN': oldToken }, { gatewayId: 'orders', kitId: 'kong-eu', node }, sourceIp);
  const requests = [asNode('blue', '203.0.113.5'), asNode('blue', '203.0.113.6'), asNode('green', '203.0.113.5')];
  for (const request of [...requests, asKit('kong-eu', '203.0.113.5')]) await effect(request);
  expect(world.uses.map(({ source }) => source)).toEqual([
    { kitId: 'kong-eu', node: 'blue', address: '203.0.113.5' },
    { kitId: 'kong-eu', node: 'green', address: '203.0.113.5' },
    { kitId: 'kong-eu', address: '203.0.113.5' },
  ]);
});

test('refuses a node with an odd name before any read', async () => {
  const { world, check } = openInstance();
  const odd = event({ 'CLIENT-TOKEN': oldToken }, { gatewayId: 'orders', kitId: 'kong-eu', node: 'Blue/../green' });
  expect((await check(odd)).policyDocument.Statement).toMatchObject([{ Effect: 'Deny' }]);
  expect(world.reads).toBe(0);
});

test('each kit, address and credential is a source of its own; without a kit the source is in the shard of none', async () => {
  const { world, effect } = openInstance();
  const requests = [
    asKit('kong-eu', '203.0.113.5'),
    asKit('kong-eu', '203.0.113.6'),
    asKit('kong-us', '203.0.113.5'),
    presenting(newToken),
    event({ 'CLIENT-TOKEN': oldToken }, { gatewayId: 'orders' }),
  ];
  for (const request of [...requests, ...requests]) await effect(request);
  expect(world.uses.map(({ credentialId, source }) => [credentialId, source])).toEqual([
    ['OLDold0001', { kitId: 'kong-eu', address: '203.0.113.5' }],
    ['OLDold0001', { kitId: 'kong-eu', address: '203.0.113.6' }],
    ['OLDold0001', { kitId: 'kong-us', address: '203.0.113.5' }],
    ['NEWnew0002', { kitId: 'kong-eu', address: '203.0.113.5' }],
    ['OLDold0001', { address: '203.0.113.5' }],
  ]);
});

test('a clock that was put back does not keep use from being recorded', async () => {
  const { world, effect } = openInstance();
  await effect(presenting(oldToken));
  world.nowMs -= 3_600_000;
  await effect(presenting(oldToken));
  expect(world.uses).toHaveLength(2);
});

test('a failed write fails no request, is counted, and is tried again with the next request', async () => {
  let failures = 2;
  const uses: number[] = [];
  const { world, effect } = openInstance({
    recordUse: async (_, atMs) => {
      if (failures-- > 0) throw new Error('throttled');
      uses.push(atMs);
      return true;
    },
  });
  for (let request = 0; request < 4; request++) expect(await effect(presenting(oldToken))).toBe('Allow');
  expect(uses).toHaveLength(1);
  expect(world.metrics).toEqual(['UseRecordingFailed orders', 'UseRecordingFailed orders']);
});

test('a request waits for its use to be written, also when another request writes it; and at most half a second', async () => {
  vi.useFakeTimers();
  const signals: AbortSignal[] = [];
  const { world, effect } = openInstance({
    recordUse: (_, __, signal) => {
      signals.push(signal);
      return new Promise(() => undefined);
    },
  });
  const answers: unknown[] = [];
  const both = [1, 2].map(() => effect(presenting(oldToken)).then((answer) => answers.push(answer)));
  await vi.advanceTimersByTimeAsync(499);
  expect(answers).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await Promise.all(both);
  expect(answers).toEqual(['Allow', 'Allow']);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect(world.metrics).toEqual(['UseRecordingFailed orders']);
});

test('our own probe is recorded as that, each time, and is no use', async () => {
  const { world, effect } = openInstance();
  world.record = probing(id('NEWnew0002'));
  const probe = presenting(newToken, { 'X-Gateway-Credential-Probe': nonce });
  expect(await effect(probe)).toBe('Allow');
  expect(world.uses).toEqual([
    { gatewayId: 'orders', credentialId: 'NEWnew0002', shard: 0, source: { probe: nonceHash }, atMs: 1_000_000 },
  ]);
  await effect(presenting(newToken)); // the first real use is still the first
  expect(world.uses[1]?.source).toEqual({ kitId: 'kong-eu', address: '203.0.113.5' });
});

test.each([
  ['another nonce', newToken, 'NEWnew0002', `${nonce}x`],
  ['the nonce with another credential', oldToken, 'NEWnew0002', nonce],
])('%s is ordinary use', async (_, token, armedFor, given) => {
  const { world, effect } = openInstance();
  world.record = probing(id(armedFor));
  expect(await effect(presenting(token, { 'x-gateway-credential-probe': given }))).toBe('Allow');
  expect(world.uses.map(({ source }) => source)).toEqual([{ kitId: 'kong-eu', address: '203.0.113.5' }]);
});

test.each([
  ['revoked', goneToken, 'GONEgone03', 'RevokedCredentialUsed orders'],
  ['rejected', leakToken, 'LEAKleak04', 'CompromisedCredentialUsed orders'],
])(
  'our own probe of a %s credential is refused without an alarm; with another nonce it alarms',
  async (_, token, armedFor, metric) => {
    const { world, effect } = openInstance();
    world.record = probing(id(armedFor));
    world.nowMs = 2_000_000;
    expect(await effect(presenting(token, { 'x-gateway-credential-probe': nonce }))).toBe('Deny');
    expect(world).toMatchObject({ metrics: [], uses: [] });
    expect(await effect(presenting(token, { 'x-gateway-credential-probe': 'guessed' }))).toBe('Deny');
    expect(world.metrics).toEqual([metric]);
  },
);

const asRefused = (token: string, path: object, sourceIp = '203.0.113.5') =>
  event({ 'CLIENT-TOKEN': token }, { gatewayId: 'orders', ...path }, sourceIp);

test('who presents a retired credential is refused, and recorded apart from use: at once, then at most once a minute', async () => {
  const { world, effect } = openInstance();
  const kit = { kitId: 'kong-eu' };
  for (const nowMs of [1_000_000, 1_000_001, 1_060_000]) {
    world.nowMs = nowMs;
    expect(await effect(asRefused(goneToken, kit))).toBe('Deny');
  }
  expect(world.uses.map(({ atMs }) => atMs)).toEqual([1_000_000, 1_060_000]);
  expect(world.uses[0]).toEqual({
    ...{ gatewayId: 'orders', credentialId: 'GONEgone03', shard: 1, scope: 'source', isRefused: true },
    source: { kitId: 'kong-eu', address: '203.0.113.5' },
    atMs: 1_000_000,
  });
});

test.each([
  ['a compromised credential', { kitId: 'kong-eu' }, 'COMPROMISED' as const],
  ['a credential that no kit ever had', { kitId: 'kong-eu' }, 'NEVER_DISTRIBUTED' as const],
  ['a retired credential under no kit', {}, 'RETIRED' as const],
])('who presents %s is nobody to be told of', async (_, path, cause) => {
  const { world, effect } = openInstance();
  world.record = { ...orders, revoked: [{ ...goneRevoked, cause }] };
  expect(await effect(asRefused(goneToken, path))).toBe('Deny');
  expect(world.uses).toEqual([]);
});

test('a refusal that cannot be recorded is the same refusal', async () => {
  const { world, effect, verdict } = openInstance({
    recordUse: async () => {
      throw new Error('throttled');
    },
  });
  expect(await effect(asRefused(goneToken, { kitId: 'kong-eu' }))).toBe('Deny');
  expect(verdict()).toBe('CREDENTIAL_REVOKED');
  expect(world.metrics).toEqual(['RevokedCredentialUsed orders', 'UseRecordingFailed orders']);
});

test('remembers a bounded number of sources, the most recently used ones', () => {
  const recent = new LruCache<string, number>(2);
  recent.set('a', 1);
  recent.set('b', 2);
  recent.get('a');
  recent.set('c', 3);
  expect([recent.get('a'), recent.get('b'), recent.get('c'), recent.size]).toEqual([1, undefined, 3, 2]);
});

/** An instance that has no room for what does not fit, and a registry that knows `kong-eu`; with everything that was done. */
const openFull = (fits: (seen: Seen) => boolean) => {
  const written: { readonly scope: Seen['scope']; readonly kitId: string | undefined; readonly atMs: number }[] = [];
  const asked = { places: 0, kits: 0 };
  const opened = openInstance({
    recordUse: async ({ source, ...seen }, atMs) => {
      asked.places += 1;
      if (!fits({ source, ...seen })) return false;
      written.push({ scope: seen.scope, kitId: 'probe' in source ? undefined : source.kitId, atMs });
      return true;
    },
    isRegistered: async (_, kitId) => {
      asked.kits += 1;
      return kitId === 'kong-eu';
    },
  });
  return { ...opened, written, asked };
};

test.each([
  ['a place of his kit, which is registered', 'kong-eu', 'kit-source'],
  ['his kit as a whole, when those are full as well', 'kong-eu', 'kit'],
  ['his network, when the registry does not know the kit', 'kit-1', 'network'],
  ['the rest, when there are too many networks', 'kit-1', 'rest'],
] as const)('who is one source too many is recorded in %s', async (_, kitId, first) => {
  const order = ['source', 'kit-source', 'kit', 'network', 'rest'] as const;
  const { effect, written } = openFull(({ scope = 'source' }) => order.indexOf(scope) >= order.indexOf(first));
  expect(await effect(asKit(kitId, '192.0.2.1'))).toBe('Allow');
  expect(written).toEqual([{ scope: first, kitId, atMs: 1_000_000 }]);
});

test('no kit is looked up as long as there is room, and none when the Service URL names none', async () => {
  const roomy = openFull(() => true);
  await roomy.effect(asKit('kit-1', '192.0.2.1'));
  expect(roomy.asked).toEqual({ places: 1, kits: 0 });
  const { effect, asked, written } = openFull(({ scope }) => scope !== 'source');
  await effect(event({ 'CLIENT-TOKEN': oldToken }, { gatewayId: 'orders' }, '192.0.2.1'));
  expect(asked.kits).toBe(0);
  expect(written).toMatchObject([{ scope: 'network', kitId: undefined }]);
});

test('many of one network are one write a minute, and of one kit one look-up; who has his place is recorded by himself', async () => {
  const { world, effect, written, asked } = openFull(
    ({ scope, source }) => scope !== 'source' || ('kitId' in source && source.kitId === 'kong-eu'),
  );
  const flood = async (): Promise<void> => {
    for (let index = 0; index < 100; index++) await effect(asKit('one-kit', `192.0.2.${index}`));
  };
  await flood();
  await effect(asKit('kong-eu', '192.0.2.200'));
  expect(written).toEqual([
    { scope: 'network', kitId: 'one-kit', atMs: 1_000_000 },
    { scope: 'source', kitId: 'kong-eu', atMs: 1_000_000 },
  ]);
  expect(asked).toEqual({ places: 102, kits: 1 }); // a place for each of them, and their network once
  world.nowMs += 59_999;
  await flood();
  expect(asked).toEqual({ places: 102, kits: 1 });
  world.nowMs += 1;
  await flood();
  expect(written.at(-1)).toEqual({ scope: 'network', kitId: 'one-kit', atMs: 1_060_000 });
  expect(written).toHaveLength(3);
});

test.each([
  ['a look-up', { isRegistered: 1, network: 0 }],
  ['a write of the network', { isRegistered: 0, network: 1 }],
])('%s that fails fails no request, is counted, and loses no use', async (_, fails) => {
  const left = { ...fails };
  const recorded: unknown[] = [];
  const { world, effect } = openInstance({
    recordUse: async ({ scope }) => {
      if (scope === 'source') return false;
      if (scope === 'network' && left.network-- > 0) throw new Error('throttled');
      recorded.push(scope);
      return true;
    },
    isRegistered: async () => {
      if (left.isRegistered-- > 0) throw new Error('throttled');
      return false;
    },
  });
  for (let request = 0; request < 3; request++) expect(await effect(asKit('kit-1', '192.0.2.1'))).toBe('Allow');
  expect(world.metrics).toEqual(['UseRecordingFailed orders']);
  expect(recorded).toEqual(['network']);
});
