import { z } from 'zod';
import { wholeDocument } from '../registry-files/whole-registry.ts';

/**
 * The kits in a gateways.json, and in the files that it names, that have this form, in its order; none for a file that cannot be
 * read. As much of it is looked at as permissions need: whoever applies it checks the rest.
 */
export const kitsInFile = <Kit>(path: string, kit: z.ZodType<Kit>): readonly Kit[] =>
  gatewaysInFile(path, z.object({ kits: z.array(kit.nullish().catch(null)) })).flatMap(({ kits }) =>
    kits.flatMap((one) => one ?? []),
  );

/** The same of gateways: none when one of them has another form. */
export const gatewaysInFile = <Part>(path: string, gateway: z.ZodType<Part>): readonly Part[] => {
  let json: unknown;
  try {
    json = wholeDocument(path);
  } catch {
    return [];
  }
  return z.object({ gateways: z.array(gateway) }).safeParse(json).data?.gateways ?? [];
};

/** Each once, in their order as texts. */
export const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)].toSorted();
