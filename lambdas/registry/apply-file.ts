import * as z from 'zod';
import { claimed } from '../domain/claimed.ts';
import type { By } from '../domain/decision.ts';
import { InputRefused } from '../domain/failure.ts';
import { actor, reason } from '../workflow/shared/fields.ts';
import { applyRegistry, describeChange } from './apply.ts';
import { readRegistry, withoutDemo } from './read-registry.ts';

/** How many changes there are and the first of them, a line each; the answer of a function has a limit. */
export type ApplyResult = { readonly plan: boolean; readonly count: number; readonly changes: readonly string[] };

const namedAtMost = 1_000;

const byHand = z.strictObject({
  plan: z.boolean().default(false),
  /** What is applied instead of the file beside the code; read by the schema of `gateways.json`. */
  registry: z.looseObject({ gateways: z.unknown() }).optional(),
  /** Who says so; recorded as claimed, beside the request of the function. */
  actor: actor.default('unknown'),
  reason: reason.default('gateways.json was applied'),
});

/** What the function is asked for by hand. `registry` is at most what Lambda takes in one call, 6 MB. Throws {@link InputRefused}. */
export const applyEvent = (event: unknown, requestId: string): z.infer<typeof byHand> => {
  const parsed = byHand.safeParse(event ?? {});
  if (parsed.success) return { ...parsed.data, actor: claimed(parsed.data.actor, `request ${requestId}`) };
  throw new InputRefused(
    `The input was refused: ${z.prettifyError(parsed.error)} Allowed is {"plan"?: boolean, "registry"?: <gateways.json>, "actor"?: "<who>", "reason"?: "<why>"}.`,
  );
};

/** Applies the text of `gateways.json`, logs every change, and returns them as lines. Throws RegistryRefused too. */
export const applyFile = async (
  needs: Parameters<typeof applyRegistry>[0],
  text: string,
  { plan, actor, reason }: By & { readonly plan: boolean },
  withDemo: boolean,
): Promise<ApplyResult> => {
  const registry = readRegistry(text);
  const changes = await applyRegistry(needs, withDemo ? registry : withoutDemo(registry), { actor, reason }, { plan });
  const lines = changes.map(describeChange);
  if (!plan)
    for (const { kind, gatewayId, kitId, refused } of changes)
      needs.log(refused ? 'WARN' : 'INFO', 'gateways.json was applied.', {
        kind,
        gatewayId,
        ...(kitId ? { kitId } : {}),
        ...(refused ? { refused } : {}),
      });
  return { plan, count: lines.length, changes: lines.slice(0, namedAtMost) };
};
