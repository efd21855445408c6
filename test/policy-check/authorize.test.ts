import { describe, expect, test, vi } from 'vitest';
import {
  event,
  forgedToken,
  goneRevoked,
  goneToken,
  leakToken,
  newToken,
  nobodysToken,
  oldToken,
  openInstance,
  orders,
  presenting,
} from './fixtures.ts';

const crypto = vi.hoisted(() => ({ hashes: 0, comparisons: 0 }));
vi.mock('node:crypto', async (original) => {
  const real = await original<typeof import('node:crypto')>();
  return {
    ...real,
    hash: (...given: Parameters<typeof real.hash>) => {
      crypto.hashes += 1;
      return real.hash(...given);
    },
    timingSafeEqual: (...given: Parameters<typeof real.timingSafeEqual>) => {
      crypto.comparisons += 1;
      return real.timingSafeEqual(...given);
    },
  };
});

describe('accepts', () => {
  test('every live credential, and tells who it is in strings, absent rather than null', async () => {
    const { check } = openInstance();
    expect(await check(presenting(oldToken))).toEqual({
      principalId: 'OLDold0001',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Action: 'execute-api:Invoke',
            Effect: 'Allow',
            Resource:
              'arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/POST/gateways/orders/kits/kong-eu/sideband/request',
          },
        ],
      },
      context: { gatewayId: 'orders', kitId: 'kong-eu', credentialId: 'OLDold0001', decision: 'allow-all' },
    });
    const unnamed = await check(event({ 'CLIENT-TOKEN': newToken }, { gatewayId: 'orders' }));
    expect(unnamed.context).toStrictEqual({ gatewayId: 'orders', credentialId: 'NEWnew0002', decision: 'allow-all' });
  });

  test('the header whatever its case, in either form, and twice when it is the same', async () => {
    const { effect } = openInstance();
    expect(await effect(event({ 'client-token': oldToken }))).toBe('Allow');
    expect(await effect({ ...event({}), headers: null, multiValueHeaders: { 'Client-Token': [oldToken] } })).toBe(
      'Allow',
    );
    expect(await effect({ ...event({}), headers: { 'CLIENT-TOKEN': oldToken }, multiValueHeaders: null })).toBe(
      'Allow',
    );
    const twice = { ...event({}), multiValueHeaders: { 'CLIENT-TOKEN': [oldToken, oldToken] } };
    expect(await effect(twice)).toBe('Allow');
  });

  test('by one read each, also when many ask at once: nobody shares a read that began before', async () => {
    const { world, effect } = openInstance();
    await Promise.all(Array.from({ length: 20 }, () => effect(presenting(oldToken))));
    expect(world.reads).toBe(20);
  });

  test('a compromised credential until its rejectAfter, and not from then on', async () => {
    const { world, effect, verdict } = openInstance();
    world.nowMs = 1_059_999;
    expect(await effect(presenting(leakToken))).toBe('Allow');
    world.nowMs = 1_060_000;
    expect(await effect(presenting(leakToken))).toBe('Deny');
    expect(verdict()).toBe('CREDENTIAL_REJECTED');
    expect(world.metrics).toEqual(['CompromisedCredentialUsed orders']);
  });

  test('a compromised credential never again, once refused by time, when the clock is set back', async () => {
    const { world, effect } = openInstance();
    world.nowMs = 1_060_000;
    expect(await effect(presenting(oldToken))).toBe('Allow');
    world.nowMs -= 3_600_000;
    expect(await effect(presenting(leakToken))).toBe('Deny');
    expect(await effect(presenting(oldToken))).toBe('Allow');
  });

  test('without a decision when the record states none, so that the sideband refuses', async () => {
    const { world, check } = openInstance();
    const { decision: _, ...undecided } = orders;
    world.record = JSON.parse(JSON.stringify(undecided));
    expect((await check(presenting(oldToken))).context).not.toHaveProperty('decision');
  });
});

describe('refuses without a read', () => {
  const twoTokens = { ...event({}), multiValueHeaders: { 'CLIENT-TOKEN': [oldToken], 'client-token': [newToken] } };
  test.each([
    ['no header', event({}), 'CREDENTIAL_ABSENT'],
    ['an empty header', presenting(''), 'CREDENTIAL_ABSENT'],
    ['no headers at all', { ...event({}), headers: null, multiValueHeaders: null }, 'CREDENTIAL_ABSENT'],
    ['a header by another name', event({ CLIENT_TOKEN: oldToken }), 'CREDENTIAL_ABSENT'],
    ['two different credentials', twoTokens, 'CREDENTIALS_DIFFER'],
    ['garbage', presenting('garbage'), 'CREDENTIAL_MALFORMED'],
    ['10 kB', presenting('x'.repeat(10_000)), 'CREDENTIAL_MALFORMED'],
    ['a space before it', presenting(` ${oldToken}`), 'CREDENTIAL_MALFORMED'],
    ['an Authorization scheme before it', presenting(`Bearer ${oldToken}`), 'CREDENTIAL_MALFORMED'],
    ['a gateway id with other letters', event({ 'CLIENT-TOKEN': oldToken }, { gatewayId: 'Orders' }), 'PATH_INVALID'],
    ['no gateway id', event({ 'CLIENT-TOKEN': oldToken }, {}), 'PATH_INVALID'],
    ['a kit id with a #', event({ 'CLIENT-TOKEN': oldToken }, { gatewayId: 'orders', kitId: 'a#b' }), 'PATH_INVALID'],
  ])('%s', async (_, request, code) => {
    const { world, effect, verdict } = openInstance();
    crypto.hashes = 0;
    expect(await effect(request)).toBe('Deny');
    expect(verdict()).toBe(code);
    expect(world).toMatchObject({ reads: 0, uses: [], metrics: [] });
    expect(crypto.hashes).toBe(0);
  });

  test.each(['*', '?', '$'.concat('{aws:username}'), '%2A', '********* ', 'a*b*c*d*e*f*g*h*i*'])(
    'a path with %s in it, by a policy in which nothing of the path stands',
    async (odd) => {
      const { world, check, verdict } = openInstance();
      const methodArn = `arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/POST/gateways/${odd}/sideband/request`;
      const { policyDocument } = await check({ ...presenting(oldToken), methodArn });
      expect(policyDocument.Statement).toEqual([{ Action: 'execute-api:Invoke', Effect: 'Deny', Resource: '*' }]);
      expect([verdict(), world.reads]).toEqual(['PATH_INVALID', 0]);
    },
  );

  test('every credential with one character changed', async () => {
    const { world, effect } = openInstance();
    const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-. ';
    for (let place = 0; place < oldToken.length; place++)
      for (const letter of letters.replace(oldToken.charAt(place), ''))
        expect(await effect(presenting(oldToken.slice(0, place) + letter + oldToken.slice(place + 1)))).toBe('Deny');
    expect(world.reads).toBe(0);
  });
});

describe('refuses', () => {
  test.each([
    ['a credential that the gateway does not have', nobodysToken],
    ['the id of a live credential with another secret', forgedToken],
  ])('%s, as unknown and without a signal', async (_, token) => {
    const { world, effect, verdict } = openInstance();
    expect(await effect(presenting(token))).toBe('Deny');
    expect(verdict()).toBe('CREDENTIAL_UNKNOWN');
    expect(world).toMatchObject({ reads: 1, uses: [], metrics: [] });
  });

  test('any credential at a gateway that is not registered', async () => {
    const { world, effect, verdict } = openInstance();
    world.record = undefined;
    expect(await effect(presenting(oldToken))).toBe('Deny');
    expect(verdict()).toBe('CREDENTIAL_UNKNOWN');
  });

  test('a revoked credential, and counts it as an attack', async () => {
    const { world, check, verdict } = openInstance();
    const answer = await check(presenting(goneToken));
    expect(answer).toMatchObject({ principalId: 'refused', policyDocument: { Statement: [{ Effect: 'Deny' }] } });
    expect(verdict()).toBe('CREDENTIAL_REVOKED');
    expect(world).toMatchObject({ uses: [{ isRefused: true }], metrics: ['RevokedCredentialUsed orders'] });
    world.record = { ...orders, revoked: [{ ...goneRevoked, cause: 'COMPROMISED' }] };
    await check(presenting(goneToken));
    expect(world.metrics).toEqual(['RevokedCredentialUsed orders', 'CompromisedCredentialUsed orders']);
  });

  test('after the same work whether the id is known or not', async () => {
    const { world, effect } = openInstance();
    const work = async (token: string): Promise<readonly number[]> => {
      Object.assign(crypto, { hashes: 0, comparisons: 0 });
      expect(await effect(presenting(token))).toBe('Deny');
      return [crypto.hashes, crypto.comparisons];
    };
    expect(await work(forgedToken)).toEqual([1, 1]);
    expect(await work(nobodysToken)).toEqual([1, 1]);
    expect(await work(goneToken)).toEqual([1, 1]);
    world.record = undefined;
    expect(await work(oldToken)).toEqual([1, 1]);
    world.record = { ...orders, live: [{ ...(orders.live[0] ?? expect.fail()), digest: 'cut short' }] };
    expect(await work(oldToken)).toEqual([1, 1]);
  });
});

test.each([
  ['a refused credential', presenting(goneToken)],
  ['a malformed one', presenting('garbage')],
  ['a wrong path', event({ 'CLIENT-TOKEN': oldToken }, { gatewayId: 'Orders' })],
])('marks %s as refused by the policy check itself, so that nobody takes another denial for it', async (_, request) => {
  const { check } = openInstance();
  expect((await check(request)).context).toStrictEqual({ refusedBy: 'policy-check' });
});

test('neither the log nor an error repeats a credential, a nonce or a digest (invariant 9)', async () => {
  const { world, effect } = openInstance();
  const failing = openInstance({
    readGateway: async () => {
      throw new Error(`Request with ${oldToken} failed`);
    },
  });
  const heard: string[] = [];
  for (const token of [oldToken, goneToken, forgedToken, nobodysToken, leakToken, 'gwc_NotASecret'])
    await effect(presenting(token, { 'x-gateway-credential-probe': 'NotASecret' }));
  await failing.check(presenting(oldToken)).catch((error: Error) => heard.push(`${error.stack} ${error.cause}`));
  expect(heard).toHaveLength(1);
  const digests = [...orders.live, ...orders.revoked].map(({ digest }) => digest);
  const everything = [...world.lines, ...failing.world.lines, ...heard].join('\n');
  for (const secret of ['NotASecret', 'WrongSecret', ...digests]) expect(everything).not.toContain(secret);
  expect(world.lines).toHaveLength(6);
});
