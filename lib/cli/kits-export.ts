import * as z from 'zod';
import { type CliCommand, parsedBy, type Result, text } from './command.ts';
import { plain } from './terminal.ts';
import { readText, writeText } from './user-files.ts';

const input = z.object({
  gatewayId: text,
  format: z.enum(['ndjson', 'csv'], 'allowed is ndjson or csv').default('ndjson'),
  out: text.optional(),
  file: text.default('gateways.json'),
});

const options = [
  ['--format <format>', 'ndjson (default), or csv for spreadsheets'],
  ['--out <file>', 'write them there'],
  ['--file <path>', 'the gateways.json that is read (default gateways.json)'],
] as const;

const exported = async (given: Readonly<Record<string, unknown>>): Promise<Result> => {
  const { indexOf, openRegistry } = await import('./registry-edit.ts');
  const { writeKits } = await import('../registry-files/kits-file.ts');
  const { counted } = await import('../../lambdas/console/view/labels.ts');
  const { gatewayId, format, out, file } = parsedBy(input, given, options);
  const registry = openRegistry(file, readText(file));
  const kits = registry.gateways[indexOf(registry, gatewayId)]?.kits ?? [];
  const written = writeKits(format, kits);
  if (out === undefined) return { document: 'own', json: kits, text: written.trimEnd() };
  writeText(out, written);
  return {
    document: 'own',
    json: kits,
    text: `${counted(kits.length, 'kit')} ${kits.length === 1 ? 'is' : 'are'} in ${plain(out)}.`,
  };
};

/** The kits of a gateway as `kits import` reads them: what was exported and is imported changes nothing. */
export const exportCommand: CliCommand = {
  usage: 'export <gatewayId>',
  about:
    'Prints the kits of a gateway as kits import reads them, from the registry file; nothing is asked of any deployment.',
  examples: ['export orders > orders.ndjson', 'export orders --format csv --out orders.csv'],
  options,
  prepare: (given) => () => exported(given),
  offline: exported,
};
