import { parse } from 'csv-parse/sync';
import { RegistryRefused, readRegistry } from '../../lambdas/registry/read-registry.ts';
import { CommandFailed } from './failure.ts';

/** A kit as it stands in `gateways.json`. */
export type KitEntry = Readonly<Record<string, unknown>> & { readonly kitId: string };

/** A gateway as it stands there. */
export type GatewayEntry = Readonly<Record<string, unknown>> & {
  readonly gatewayId: string;
  readonly kits: readonly KitEntry[];
};
type File = { readonly gateways: readonly GatewayEntry[] };

/** A kit that is to be added, and where it stands in its own file. */
export type KitRead = { readonly kit: KitEntry; readonly line?: number };

/** The text of `gateways.json` with kits added to a gateway. Throws {@link CommandFailed}, naming lines, unless the whole file is good afterwards. */
export const withKits = (text: string, gatewayId: string, added: readonly KitRead[]): string => {
  const { gateways } = checked(text);
  const index = gateways.findIndex((gateway) => gateway.gatewayId === gatewayId);
  const there = gateways[index]?.kits ?? [];
  const known = new Set(there.map(({ kitId }) => kitId));
  const again = added.filter(({ kit }) => known.has(kit.kitId));
  if (again.length > 0)
    throw refused(
      again
        .map((one) => `${lineOf(one)}Gateway ${gatewayId} has kit ${one.kit.kitId} already: change it in the file.`)
        .join('\n'),
    );
  /** `gateways[0].kits[3]` is a place in the file as it would be: the person knows the line of his own. */
  const inTheirLines = (problem: string): string =>
    problem.replace(/gateways\[(\d+)\]\.kits\[(\d+)\]\.?/g, (path, gateway, kit) => {
      const one = Number(gateway) === index ? added[Number(kit) - there.length] : undefined;
      return one?.line === undefined ? path : lineOf(one);
    });
  return edited(text, gatewayId, () => [...there, ...added.map(({ kit }) => kit)], inTheirLines);
};

const lineOf = ({ line }: KitRead): string => (line === undefined ? '' : `line ${line}: `);

/** A gateway of the file; `undefined` when there is none of this name. Throws {@link CommandFailed} for a file that is not good. */
export const gatewayIn = (text: string, gatewayId: string): GatewayEntry | undefined =>
  checked(text).gateways.find((gateway) => gateway.gatewayId === gatewayId);

/** The text with a gateway added that it does not have yet, and the same check. */
export const withGateway = (text: string, gateway: GatewayEntry): string => {
  const file = checked(text);
  const after = `${JSON.stringify({ ...file, gateways: [...file.gateways, gateway] }, null, 2)}\n`;
  checked(after);
  return after;
};

/** The same without a kit. */
export const withoutKit = (text: string, gatewayId: string, kitId: string): string =>
  edited(text, gatewayId, (there) => {
    const rest = there.filter((kit) => kit.kitId !== kitId);
    if (rest.length === there.length)
      throw refused(
        `Gateway ${gatewayId} has no kit ${kitId}; it has ${there.map((kit) => kit.kitId).join(', ') || 'none'}.`,
      );
    return rest;
  });

const refused = (message: string) => new CommandFailed('usage', `Nothing was changed. ${message}`);

const edited = (
  text: string,
  gatewayId: string,
  change: (kits: readonly KitEntry[]) => readonly KitEntry[],
  place: (problem: string) => string = (problem) => problem,
): string => {
  const file = checked(text);
  if (!file.gateways.some((gateway) => gateway.gatewayId === gatewayId))
    throw refused(
      `The file has no gateway ${gatewayId}; it has ${file.gateways.map((one) => one.gatewayId).join(', ') || 'none'}.`,
    );
  const gateways = file.gateways.map((gateway) =>
    gateway.gatewayId === gatewayId ? { ...gateway, kits: change(gateway.kits) } : gateway,
  );
  const after = `${JSON.stringify({ ...file, gateways }, null, 2)}\n`;
  checked(after, place);
  return after;
};

/** The file as it was written, after the very check that applying it makes. */
const checked = (text: string, place = (problem: string): string => problem): File => {
  try {
    readRegistry(text);
    return JSON.parse(text) as File;
  } catch (error) {
    throw error instanceof RegistryRefused ? refused(error.problems.map(place).join('\n')) : error;
  }
};

/**
 * Kits from a JSON array, or from CSV whose first line names the columns: `kitId`, `kind`, `owner`, `lookBackSeconds`,
 * `probeUrl`, and `settings.<name>` for each setting of the kind. Throws {@link CommandFailed} naming the line.
 */
export const readKits = (fileName: string, text: string): readonly KitRead[] => {
  try {
    const kits = /\.json$/i.test(fileName) ? kitsOfJson(text) : kitsOfCsv(text);
    if (kits.length === 0) throw new Error('it holds no kits');
    return kits;
  } catch (error) {
    throw refused(
      `${fileName} cannot be read: ${error instanceof Error ? error.message : ''}. Allowed is a JSON array of kits, or CSV with a line of column names.`,
    );
  }
};

const kitsOfJson = (text: string): readonly KitRead[] => {
  const kits: unknown = JSON.parse(text);
  if (!Array.isArray(kits)) throw new Error('it holds no list');
  const lines = linesOfElements(text);
  return kits.map((kit: KitEntry, index) => ({ kit, line: lines[index] ?? 1 }));
};

/** On which line each object of a JSON list begins. */
const linesOfElements = (text: string): readonly number[] => {
  const lines: number[] = [];
  let [depth, line] = [0, 1];
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\])*"|[[\]{}\n]/g)) {
    if (token === '\n') line += 1;
    if (token === '{' && depth === 1) lines.push(line);
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
  }
  return lines;
};

const kitsOfCsv = (text: string): readonly KitRead[] => {
  const settings = { columns: true, bom: true, trim: true, skip_empty_lines: true, cast: false, info: true } as const;
  const rows = parse(text, settings) as unknown as readonly {
    readonly record: Readonly<Record<string, string>>;
    readonly info: { readonly lines: number };
  }[];
  return rows.map(({ record, info }) => ({ kit: kitOfRow(record), line: info.lines }));
};

const numbers: ReadonlySet<string> = new Set(['lookBackSeconds', 'settings.propagationSeconds']);

const kitOfRow = (row: Readonly<Record<string, string>>): KitEntry => {
  const filled = Object.entries(row).filter(([, text]) => text !== '');
  const value = ([name, text]: readonly [string, string]): unknown =>
    numbers.has(name) && /^\d+$/.test(text) ? Number(text) : text;
  const own = filled.filter(([name]) => !name.startsWith('settings.')).map((cell) => [cell[0], value(cell)] as const);
  const settings = filled
    .filter(([name]) => name.startsWith('settings.'))
    .map((cell) => [cell[0].slice('settings.'.length), value(cell)] as const);
  return {
    kitId: '',
    ...Object.fromEntries(own),
    ...(settings.length > 0 ? { settings: Object.fromEntries(settings) } : {}),
  };
};
