import { z } from 'zod';
import { wholeDocument } from '../registry-files/whole-registry.ts';

/**
 * The kits in a gateways.json, and in the files that it names, that have this form, in its order; none for a file that cannot be
 * read. As much of it is looked at as permissions need: whoever applies it checks the rest.
 */
export const kitsInFile = <Kit>(path: string, kit: z.ZodType<Kit>): readonly Kit[] => {
  const file = z.object({ gateways: z.array(z.object({ kits: z.array(kit.nullish().catch(null)) })) });
  let json: unknown;
  try {
    json = wholeDocument(path);
  } catch {
    return [];
  }
  const read = file.safeParse(json);
  return read.success ? read.data.gateways.flatMap(({ kits }) => kits.flatMap((one) => one ?? [])) : [];
};

/** Each once, in their order as texts. */
export const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)].toSorted();
