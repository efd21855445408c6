import { parse } from 'csv-parse/sync';
import { RegistryRefused, readRegistry } from '../../lambdas/stages/registry-file.ts';
import { CommandFailed } from './failure.ts';

/** A kit as it stands in `gateways.json`. */
export type KitEntry = Readonly<Record<string, unknown>> & { readonly kitId: string };

type GatewayEntry = { readonly gatewayId: string; readonly kits: readonly KitEntry[] };
type File = { readonly gateways: readonly GatewayEntry[] };

/** The text of `gateways.json` with kits added to a gateway. Throws {@link CommandFailed} unless the whole file is good afterwards. */
export const withKits = (text: string, gatewayId: string, kits: readonly KitEntry[]): string =>
  edited(text, gatewayId, (there) => {
    const known = new Set(there.map(({ kitId }) => kitId));
    const again = kits.filter(({ kitId }) => known.has(kitId)).map(({ kitId }) => kitId);
    if (again.length > 0)
      throw refused(`Gateway ${gatewayId} has kit ${again.join(', ')} already: change it in the file.`);
    return [...there, ...kits];
  });

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
  checked(after);
  return after;
};

/** The file as it was written, after the very check that applying it makes. */
const checked = (text: string): File => {
  try {
    readRegistry(text);
    return JSON.parse(text) as File;
  } catch (error) {
    throw error instanceof RegistryRefused ? refused(error.message) : error;
  }
};

/**
 * Kits from a JSON array, or from CSV whose first line names the columns: `kitId`, `kind`, `owner`, `lookBackSeconds`,
 * `probeUrl`, and `settings.<name>` for each setting of the kind. Throws {@link CommandFailed} naming the line.
 */
export const readKits = (fileName: string, text: string): readonly KitEntry[] => {
  try {
    const rows: unknown = /\.json$/i.test(fileName)
      ? JSON.parse(text)
      : parse(text, { columns: true, bom: true, trim: true, skip_empty_lines: true, cast: false });
    if (!Array.isArray(rows) || rows.length === 0) throw new Error('it holds no kits');
    return /\.json$/i.test(fileName) ? (rows as KitEntry[]) : (rows as Record<string, string>[]).map(kitOfRow);
  } catch (error) {
    throw refused(
      `${fileName} cannot be read: ${error instanceof Error ? error.message : ''}. Allowed is a JSON array of kits, or CSV with a line of column names.`,
    );
  }
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
