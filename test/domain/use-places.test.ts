import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOfKits, networkOf, type UseSource, usedBy, usePlaceOf, useScopes } from '../../lambdas/domain/use-places.ts';

const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const source: fc.Arbitrary<UseSource> = fc
  .record({ kitId: name, node: name, address: fc.oneof(fc.ipV4(), fc.ipV6()) }, { requiredKeys: ['address'] })
  .map((one) => one);

test('whatever is sent, the places are of a fixed set, and 4,353 names fit into all of those that are no kit’s own', () => {
  const places = new Map<string, number>();
  fc.assert(
    fc.property(source, (one) => {
      for (const scope of useScopes.filter((each) => !isOfKits(each))) {
        const { place, namesAtMost } = usePlaceOf(one, scope);
        expect(place).toMatch(/^(source\/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-7])|network\/[0-7]|rest\/0)$/);
        places.set(place, namesAtMost);
      }
    }),
    { numRuns: 20_000, seed: 1 },
  );
  expect(places.size).toBe(128 + 8 + 1);
  expect([...places.values()].reduce((sum, names) => sum + names, 0)).toBe(4_353);
});

test('a registered kit has 257 names more, and no other kit is ever in its places', () => {
  const places = new Map<string, number>();
  fc.assert(
    fc.property(source, (one) => {
      for (const scope of ['kit-source', 'kit'] as const) {
        const { place, namesAtMost } = usePlaceOf({ ...one, kitId: 'kong-eu' }, scope);
        expect(place).toMatch(/^(kit-source\/kong-eu\/[0-7]|kit\/kong-eu\/0)$/);
        places.set(place, namesAtMost);
      }
    }),
    { seed: 1 },
  );
  expect([...places.values()].reduce((sum, names) => sum + names, 0)).toBe(257);
});

test('a source is read back as it was written, whatever it is called; of a node the address is kept apart', () => {
  fc.assert(
    fc.property(source, (one) => {
      const { place, name: named } = usePlaceOf(one, 'source');
      expect(usedBy(place, named)).toEqual(one.node === undefined ? one : { ...one, address: '' });
      expect(usedBy(usePlaceOf(one, 'kit-source').place, named)).toEqual(usedBy(place, named));
    }),
  );
});

test('two sources have the same name only when kit and node, or else kit and address, are the same', () => {
  const by = (one: UseSource): string => usePlaceOf(one, 'source').name;
  const names = [
    { address: '192.0.2.1' },
    { kitId: 'a', address: '192.0.2.1' },
    { kitId: 'a', node: 'b', address: '192.0.2.1' },
    { node: 'b', address: '192.0.2.1' },
  ].map(by);
  expect(new Set(names).size).toBe(4);
  expect(by({ kitId: 'a', node: 'b', address: '192.0.2.9' })).toBe(names[2]);
});

test.each([
  ['192.0.2.77', '192.0.2.0/24'],
  ['::ffff:192.0.2.77', '192.0.2.0/24'],
  ['2001:db8:7:1:2:3:4:5', '2001:db8:7::/48'],
  ['2001:0DB8:0007::9', '2001:db8:7::/48'],
  ['2001:db8::9', '2001:db8:0::/48'],
  ['2001:db8:7::', '2001:db8:7::/48'],
  ['::1', '0:0:0::/48'],
  ['fe80::1%eth0', 'fe80:0:0::/48'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0::/48'],
  ['unknown', 'no network'],
])('the network of %s is %s', (address, network) => expect(networkOf(address)).toBe(network));

test('what one client owns as a whole is one network: all of a /48, and so all of a /64', () => {
  const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(groups, (host) => {
      const address = `2001:db8:7:${host.map((group) => group.toString(16)).join(':')}`;
      expect(usePlaceOf({ address }, 'network').name).toBe('2001:db8:7::/48');
    }),
  );
});

test('says of many where they are, and of which kit only when it is registered', () => {
  expect(usedBy('network/3', '192.0.2.0/24')).toEqual({ areMany: true, address: 'many in 192.0.2.0/24' });
  expect(usedBy('rest/0', 'rest')).toEqual({ areMany: true, address: 'many elsewhere' });
  expect(usedBy('kit/kong-eu/0', 'kong-eu')).toEqual({ areMany: true, kitId: 'kong-eu', address: 'many-others' });
});

test('a thousand nodes of two kits are told apart: chance fills no place before there are many more', () => {
  const sources = ['kong-eu', 'kong-us'].flatMap((kitId) =>
    Array.from({ length: 500 }, (_, index) => ({ kitId, address: `10.0.${index >> 8}.${index & 255}` })),
  );
  const inPlace = Map.groupBy(sources, (one) => usePlaceOf(one, 'source').place);
  expect(Math.max(...[...inPlace.values()].map(({ length }) => length))).toBeLessThanOrEqual(32);
});
