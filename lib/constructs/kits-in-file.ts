import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * The kits in a gateways.json that have this form, in its order; none for a file that cannot be read. As much of the file is
 * looked at as permissions need: whoever applies it checks the rest.
 */
export const kitsInFile = <Kit>(path: string, kit: z.ZodType<Kit>): readonly Kit[] => {
  const file = z.object({ gateways: z.array(z.object({ kits: z.array(kit.nullish().catch(null)) })) });
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return [];
  }
  const read = file.safeParse(json);
  return read.success ? read.data.gateways.flatMap(({ kits }) => kits.flatMap((one) => one ?? [])) : [];
};

/** Each once, in their order as texts. */
export const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)].toSorted();
