import { expect, test } from 'vitest';
import { type GatewayUse, judgePingOneKit, type KitProofs } from '../../lambdas/domain/pingone-kit-evidence.ts';

const given: KitProofs = { distributedAtMs: 1_000 };
const idle: GatewayUse = { kits: 3 };
const busy: GatewayUse = { kits: 3, newUsedAtMs: 2_000 };
const store = { proves: 'store', matches: true, atMs: 1_500 } as const;
const dataPlane = { ...store, proves: 'data-plane' } as const;
const rests = (proofs: Partial<KitProofs>, use: GatewayUse) => {
  const { kind, restsOn } = judgePingOneKit({ ...given, ...proofs }, use);
  return [kind, ...restsOn];
};

test('A kit of which nothing is known waits for its owner, however busy the gateway and silent the predecessors are', () => {
  expect(judgePingOneKit(given, busy)).toEqual({
    kind: 'LAGGARD',
    code: 'NOT_SEEN_YET',
    restsOn: [],
    lacks: ['only-kit-uses-it', 'probed-through-kit', 'read-back-data-plane', 'read-back-store', 'acknowledged'],
  });
});

test.each([
  ['the read-back of its data plane', { readBack: dataPlane }, idle, 'read-back-data-plane'],
  ['a request through it', { probedAtMs: 1_500 }, idle, 'probed-through-kit'],
  ["its owner's acknowledgement", { acknowledgedAtMs: 1_500 }, idle, 'acknowledged'],
  ['the use of the new credential when it is the only kit', {}, { kits: 1, newUsedAtMs: 1_500 }, 'only-kit-uses-it'],
] as const)('A kit is believed on %s', (_what, proofs, use, proof) => {
  expect(rests(proofs, use)).toEqual(['UPDATED', proof]);
});

test('A read-back of what is only stored needs somebody to use the new credential as well', () => {
  expect(rests({ readBack: store }, idle)).toEqual(['LAGGARD', 'read-back-store']);
  expect(rests({ readBack: store }, busy)).toEqual(['UPDATED', 'read-back-store']);
});

test('The verdict says what it rests on and what it lacks', () => {
  expect(judgePingOneKit({ ...given, readBack: store, acknowledgedAtMs: 1_500 }, busy)).toEqual({
    kind: 'UPDATED',
    restsOn: ['read-back-store', 'acknowledged'],
    lacks: ['only-kit-uses-it', 'probed-through-kit', 'read-back-data-plane'],
  });
});

test('A read-back that differs outweighs everything', () => {
  const proofs = { ...given, readBack: { ...store, matches: false }, probedAtMs: 1_500, acknowledgedAtMs: 1_500 };
  expect(judgePingOneKit(proofs, { kits: 1, newUsedAtMs: 1_500 })).toMatchObject({
    kind: 'LAGGARD',
    code: 'READ_BACK_DIFFERS',
  });
});

test('refuses proof that is older than the distribution', () => {
  const before = { readBack: { ...dataPlane, atMs: 999 }, probedAtMs: 999, acknowledgedAtMs: 999 };
  expect(rests(before, { kits: 1, newUsedAtMs: 999 })).toEqual(['LAGGARD']);
});
