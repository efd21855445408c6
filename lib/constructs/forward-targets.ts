import { z } from 'zod';
import { wholeDocument } from '../registry-files/whole-registry.ts';

/** As much of gateways.json as is needed here; whoever applies it checks the rest. */
const file = z.object({
  gateways: z.array(
    z.object({
      decision: z
        .object({ kind: z.literal('forward'), to: z.string() })
        .nullish()
        .catch(null),
    }),
  ),
});
const plainId = /^[a-z0-9-]+$/;

/** The gateways whose PingOne credential others of the file forward with, each once. */
export const forwardTargets = (path: string): readonly string[] => {
  let json: unknown;
  try {
    json = wholeDocument(path);
  } catch {
    return [];
  }
  const read = file.safeParse(json);
  const named = read.success ? read.data.gateways.flatMap(({ decision }) => decision?.to ?? []) : [];
  return [...new Set(named)].filter((id) => plainId.test(id)).toSorted();
};
