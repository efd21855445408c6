import { hash } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';

/*
 * Where use is kept. Whoever holds one live credential can ask under millions of kit ids, node names and addresses, and each of
 * them is a source that must not be lost. So a place is one of a fixed set, of which each holds a fixed number of names: what
 * a credential can write is bounded by construction, and nobody has to count. Who has a name in a place keeps it. Who finds
 * his place full is looked up: a registered kit has places of its own, which no other name fills, and when more sources than
 * that come under its name, the others are one source of it. Everybody else is kept together with his network, and when
 * there are too many of those, with the rest.
 */

/** How much is told apart, in the order in which places are tried: of anybody, of a registered kit, of nobody known. */
export const useScopes = ['source', 'kit-source', 'kit', 'network', 'rest'] as const;
export type UseScope = (typeof useScopes)[number];

/** Whether a scope has places only for kits that are registered, or only for everybody else; `source` is for both. */
export const isOfKits = (scope: UseScope): boolean => scope === 'kit-source' || scope === 'kit';

/** How many places of a scope there are, and how many names fit into each: of one credential in one shard of about a hundred kits; of `kit-source` and `kit` for each registered kit. */
const limits = {
  source: { places: 128, names: 32 },
  'kit-source': { places: 8, names: 32 },
  kit: { places: 1, names: 1 },
  network: { places: 8, names: 32 },
  rest: { places: 1, names: 1 },
} as const satisfies Record<UseScope, { readonly places: number; readonly names: number }>;

/** Who uses a credential, as the policy check sees it. */
export type UseSource = { readonly kitId?: string; readonly node?: string; readonly address: string };

/** One of the fixed set of places, the name of the source in it, and how many names it holds. */
export type UsePlace = { readonly place: string; readonly name: string; readonly namesAtMost: number };

/** What a source is called in a scope. */
export const useNameOf = (source: UseSource, scope: UseScope): string => {
  switch (scope) {
    case 'source':
    case 'kit-source':
      return nameOf(source);
    case 'kit':
      return source.kitId ?? '';
    case 'network':
      return networkOf(source.address);
    case 'rest':
      return 'rest';
  }
};

/** The place of a source, and its name there; the same whoever asks. */
export const usePlaceOf = (source: UseSource, scope: UseScope): UsePlace => {
  const name = useNameOf(source, scope);
  const { places, names } = limits[scope];
  const number = numberOf(name) % places;
  const place = isOfKits(scope) ? `${scope}/${source.kitId}/${number}` : `${scope}/${number}`;
  return { place, name, namesAtMost: names };
};

/** Whose use a name in a place stands for; of many together the address says where they are, and the kit is known only of `kit`. */
export const usedBy = (place: string, name: string): UseSource & { readonly areMany?: true } => {
  switch (place.split('/')[0]) {
    case 'kit':
      return { kitId: name, areMany: true, address: manyOthers };
    case 'network':
      return { areMany: true, address: `many in ${name}` };
    case 'rest':
      return { areMany: true, address: 'many elsewhere' };
    default:
      return sourceNamed(name);
  }
};

/** What the sources of a kit that are not told apart are called; as a source it can be retired like any other. */
export const manyOthers = 'many-others';

/** No kit's id has a "#" in it, and no address begins with a slash, so no node is taken for one. */
const nameOf = ({ kitId = '', node, address }: UseSource): string =>
  `${kitId}#${node === undefined ? address : `/${node}`}`;

const sourceNamed = (name: string): UseSource => {
  const end = name.indexOf('#');
  const [kitId, rest] = [name.slice(0, end), name.slice(end + 1)];
  return {
    ...(kitId === '' ? {} : { kitId }),
    ...(rest.startsWith('/') ? { node: rest.slice(1), address: '' } : { address: rest }),
  };
};

const numberOf = (name: string): number => Number.parseInt(hash('sha256', name, 'hex').slice(0, 8), 16);

/** The network of an address: what one client commonly owns as a whole is one, a /24 of IPv4 and a /48 of IPv6. */
export const networkOf = (address: string): string => {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (isIPv4(plain)) return `${plain.split('.').slice(0, 3).join('.')}.0/24`;
  if (isIP(plain) !== 6) return 'no network';
  const [before = '', after] = plain.split('::');
  const groups = before === '' ? [] : before.split(':');
  const behind = after === undefined || after === '' ? 0 : after.split(':').length + (after.includes('.') ? 1 : 0);
  const zeros = after === undefined ? 0 : 8 - groups.length - behind;
  const all = [...groups, ...Array<string>(zeros).fill('0'), ...(after ? after.split(':') : [])];
  const first = all.slice(0, 3).map((group) => Number.parseInt(group, 16).toString(16));
  return `${first.join(':')}::/48`;
};
