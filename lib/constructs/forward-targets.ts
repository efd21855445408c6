import { z } from 'zod';
import { distinct, gatewaysInFile } from './kits-in-file.ts';

const forwarding = z.object({
  decision: z
    .object({ kind: z.literal('forward'), to: z.string() })
    .nullish()
    .catch(null),
});
const plainId = /^[a-z0-9-]+$/;

/** The gateways whose PingOne credential others of the file forward with, each once. */
export const forwardTargets = (path: string): readonly string[] =>
  distinct(gatewaysInFile(path, forwarding).flatMap(({ decision }) => decision?.to ?? [])).filter((id) =>
    plainId.test(id),
  );
