import { expect, test } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { parsingOnce } from '../../lambdas/policy-check/parse-once.ts';
import {
  goneToken,
  id,
  nobodysToken,
  nonce,
  oldToken,
  openInstance,
  presenting,
  probing,
  staleFor,
} from './fixtures.ts';

const openQuiet = (given: Parameters<typeof openInstance>[0] = {}) => {
  const opened = openInstance({ ...given, logsEveryDecision: false });
  const said = () => opened.world.lines.map((line) => JSON.parse(line));
  return { ...opened, said };
};

test('says each refusal, and of what is accepted the first use by each source and then one a minute', async () => {
  const { world, check, said } = openQuiet();
  for (const nowMs of [1_000_000, 1_000_001, 1_059_999, 1_060_000, 1_060_001]) {
    world.nowMs = nowMs;
    await check(presenting(oldToken));
  }
  expect(said().map(({ verdict }) => verdict)).toEqual(['ACCEPTED', 'ACCEPTED']);
  for (const token of [nobodysToken, nobodysToken, goneToken, 'garbage']) await check(presenting(token));
  const refusals = ['CREDENTIAL_UNKNOWN', 'CREDENTIAL_UNKNOWN', 'CREDENTIAL_REVOKED', 'CREDENTIAL_MALFORMED'];
  expect(
    said()
      .slice(2)
      .map(({ verdict }) => verdict),
  ).toEqual(refusals);
});

test('says each probe of ours, and each answer from a copy', async () => {
  const outage = { isOn: false };
  const { world, check, said } = openQuiet({
    readGateway: async () => {
      if (outage.isOn) throw new Error('no answer');
      return world.record;
    },
  });
  world.record = probing(id('OLDold0001'));
  await check(presenting(oldToken, { 'x-gateway-credential-probe': nonce }));
  world.record = staleFor(30);
  await check(presenting(oldToken));
  outage.isOn = true;
  for (let request = 0; request < 2; request++) await check(presenting(oldToken));
  expect(said().map(({ isProbe, isStale }) => [isProbe, isStale])).toEqual([
    [true, false],
    [false, false],
    [false, true],
    [false, true],
  ]);
});

test('parses a record again only when its text is another one', () => {
  const parsed: string[] = [];
  const parse = parsingOnce((text) => {
    parsed.push(text);
    return JSON.parse(text) as Gateway;
  }, 2);
  const [orders, payments] = ['orders', 'payments'] as GatewayId[] as [GatewayId, GatewayId];
  const first = parse(orders, '{"revision":1}');
  expect(parse(orders, '{"revision":1}')).toBe(first);
  expect(parse(payments, '{"revision":1}')).not.toBe(first);
  expect(parse(orders, '{"revision":2}')).toEqual({ revision: 2 });
  expect(parse(orders, '{"revision":1}')).toEqual({ revision: 1 });
  expect(parsed).toHaveLength(4);
});
