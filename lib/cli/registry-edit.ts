import { type Registry, RegistryRefused, registryIn } from '../../lambdas/registry/read-registry.ts';
import { type Assembled, assemble } from '../registry-files/assemble.ts';
import { placed } from '../registry-files/places.ts';
import { checked } from '../registry-files/whole-registry.ts';
import { didYouMean } from './did-you-mean.ts';
import { CommandFailed } from './failure.ts';
import { type FileWrite, writesOf } from './registry-writes.ts';

/** A kit as it stands in the registry's files. */
export type KitEntry = Readonly<Record<string, unknown>> & { readonly kitId: string };

/** A gateway as it stands there, with its kits wherever they are. */
export type GatewayEntry = Readonly<Record<string, unknown>> & {
  readonly gatewayId: string;
  readonly kits: readonly KitEntry[];
};

/** The files of a registry as they are, found good. */
export type OpenedRegistry = {
  readonly path: string;
  readonly text: string;
  readonly assembled: Assembled;
  readonly registry: Registry;
  readonly gateways: readonly GatewayEntry[];
};

/** What a change comes to: one document for the functions, and the files that become another. */
export type EditedRegistry = { readonly whole: string; readonly writes: readonly FileWrite[] };

export const refused = (message: string) => new CommandFailed('usage', `Nothing was changed. ${message}`);

/** Reads `gateways.json` with this text, and all that it names. Throws {@link CommandFailed} for files that are not good. */
export const openRegistry = (path: string, text: string): OpenedRegistry => {
  try {
    const assembled = assemble(path, text);
    const gateways = assembled.document.gateways as readonly GatewayEntry[]; // by the check that follows
    return { path, text, assembled, registry: checked(assembled), gateways };
  } catch (error) {
    throw error instanceof RegistryRefused ? refused(error.problems.join('\n')) : error;
  }
};

/** A gateway of the registry; `undefined` when there is none of this name. */
export const gatewayIn = ({ gateways }: OpenedRegistry, gatewayId: string): GatewayEntry | undefined =>
  gateways.find((gateway) => gateway.gatewayId === gatewayId);

/** With kits added to a gateway. Throws {@link CommandFailed} unless all is good afterwards, and for a kit that is there. */
export const withKits = (opened: OpenedRegistry, gatewayId: string, added: readonly KitEntry[]): EditedRegistry =>
  edited(opened, gatewayId, (there) => {
    const known = new Set(there.map(({ kitId }) => kitId));
    const again = added.filter(({ kitId }) => known.has(kitId));
    if (again.length > 0)
      throw refused(
        again.map(({ kitId }) => `Gateway ${gatewayId} has kit ${kitId} already: change it in the file.`).join('\n'),
      );
    return [...there, ...added];
  });

/** Without a kit. */
export const withoutKit = (opened: OpenedRegistry, gatewayId: string, kitId: string): EditedRegistry =>
  edited(opened, gatewayId, (there) => {
    const rest = there.filter((kit) => kit.kitId !== kitId);
    if (rest.length === there.length)
      throw refused(
        `Gateway ${gatewayId} has no kit ${kitId}; it has ${namedOf(there.map((kit) => String(kit.kitId)))}.${didYouMean(
          kitId,
          there.map((kit) => String(kit.kitId)),
        )}`,
      );
    return rest;
  });

/** With a gateway added that it does not have yet; it stands in the file itself, and not in one that this names. */
export const withGateway = ({ path, text, assembled }: OpenedRegistry, gateway: GatewayEntry): EditedRegistry => {
  const own = JSON.parse(text) as { readonly gateways: readonly unknown[] };
  const document = { ...assembled.document, gateways: [...assembled.document.gateways, gateway] };
  refuseProblems(problemsIn(document).problems);
  const after = `${JSON.stringify({ ...own, gateways: [...own.gateways, gateway] }, null, 2)}\n`;
  return { whole: assembled.isSplit ? JSON.stringify(document) : after, writes: [{ path, text: after }] };
};

/** So many names are read by a person who looks for one. */
const namedAtMost = 20;
const namedOf = (names: readonly string[]): string =>
  names.length === 0
    ? 'none'
    : `${names.slice(0, namedAtMost).join(', ')}${names.length > namedAtMost ? ` … and ${names.length - namedAtMost} more` : ''}`;

/** Where a gateway is in the document. Throws {@link CommandFailed} that names those there are. */
export const indexOf = ({ gateways }: OpenedRegistry, gatewayId: string): number => {
  const index = gateways.findIndex((gateway) => gateway.gatewayId === gatewayId);
  if (index === -1)
    throw refused(
      `The file has no gateway ${gatewayId}; it has ${namedOf(gateways.map((one) => String(one.gatewayId)))}.${didYouMean(
        gatewayId,
        gateways.map((one) => String(one.gatewayId)),
      )}`,
    );
  return index;
};

/** The document with other kits of one gateway, and what becomes of the files. */
export const withKitsOf = (opened: OpenedRegistry, index: number, kits: readonly KitEntry[]): EditedRegistry => {
  const gateways = opened.gateways.map((one, at) => (at === index ? { ...one, kits } : one));
  const document = { ...opened.assembled.document, gateways };
  return { whole: JSON.stringify(document), writes: writesOf(opened, index, kits) };
};

/** All that is wrong with a document, by its own places; else what it comes to. */
export const problemsIn = (
  document: unknown,
): { readonly problems: readonly string[]; readonly registry?: Registry } => {
  try {
    return { problems: [], registry: registryIn(document) };
  } catch (error) {
    if (error instanceof RegistryRefused) return { problems: error.problems };
    throw error;
  }
};

const refuseProblems = (problems: readonly string[]): void => {
  if (problems.length > 0) throw refused(problems.join('\n'));
};

const edited = (
  opened: OpenedRegistry,
  gatewayId: string,
  change: (kits: readonly KitEntry[]) => readonly KitEntry[],
): EditedRegistry => {
  const index = indexOf(opened, gatewayId);
  const there = opened.gateways[index]?.kits ?? [];
  const kits = change(there);
  const { places, isSplit } = opened.assembled;
  const gateways = opened.gateways.map((one, at) => (at === index ? { ...one, kits } : one));
  const before = new Map(there.map((kit, at) => [kit, at]));
  const after = places.map((place, at) => {
    if (at !== index || !place.kits) return place;
    const { file, placeOf } = place.kits;
    return {
      ...place,
      kits: { file, placeOf: (kit: number) => placedBefore(before.get(kits[kit] as KitEntry), placeOf) },
    };
  });
  refuseProblems(problemsIn({ gateways }).problems.map((problem) => placed(problem, after, isSplit)));
  return withKitsOf(opened, index, kits);
};

/** A kit that is new has no place yet. */
const placedBefore = (at: number | undefined, placeOf: (index: number) => string | undefined): string | undefined =>
  at === undefined ? 'the new kit' : placeOf(at);
