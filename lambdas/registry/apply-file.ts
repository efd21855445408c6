import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { claimed } from '../domain/claimed.ts';
import type { By } from '../domain/decision.ts';
import { InputRefused } from '../domain/failure.ts';
import { inWords, problemsText } from '../domain/in-words.ts';
import type { Dependencies } from '../ports.ts';
import { actor, reason } from '../workflow/shared/fields.ts';
import { applyRegistry, describeChange, isRefusedLine } from './apply.ts';
import { applyNews } from './apply-news.ts';
import { refuseForeignSecrets } from './foreign-secrets.ts';
import { readRegistry, withoutDemo } from './read-registry.ts';
import { refuseOtherFolders } from './registry-folders.ts';
import { refuseOtherHosts } from './registry-hosts.ts';

/**
 * How many changes were made, or would be with `plan`, how many are refused now, and the first of both, a line each; the
 * answer of a function has a limit.
 */
export type ApplyResult = {
  readonly plan: boolean;
  readonly count: number;
  readonly refused: number;
  readonly changes: readonly string[];
};

/** Of a deployment, that has to have all of its changes or none. */
class ChangesRefused extends Error {
  override readonly name = 'ChangesRefused';
}

const namedAtMost = 1_000;

const byHand = z.strictObject({
  plan: z.boolean().default(false),
  /** What is applied instead of the file beside the code; read by the schema of `gateways.json`. */
  registry: z.looseObject({ gateways: z.unknown() }).optional(),
  /** The same packed: the text by gzip, in base64. */
  registryGzip: z.base64().optional(),
  /** Who says so; recorded as claimed, beside the request of the function. */
  actor: actor.default('unknown'),
  reason: reason.default('gateways.json was applied'),
});

/** What the function is asked for by hand; without `text` it applies the file beside the code. */
export type ApplyEvent = By & { readonly plan: boolean; readonly text?: string };

/** The same where nothing may be changed. Throws {@link InputRefused} for what is not `"plan": true`, too. */
export const planEvent = (event: unknown, requestId: string): ApplyEvent => {
  const asked = applyEvent(event, requestId);
  if (!asked.plan) throw refused('by its alias plan this function only plans: give "plan": true.');
  return asked;
};

/** Some 100,000 kits; what unpacks to more is not unpacked. */
const longestText = 200_000_000;

/**
 * Reads what the function is asked for by hand. `registry` is at most what Lambda takes in one call, 6 MB; `registryGzip` may
 * unpack to more. Throws {@link InputRefused}.
 */
export const applyEvent = (event: unknown, requestId: string): ApplyEvent => {
  const parsed = byHand.safeParse(event ?? {}, inWords);
  if (!parsed.success) throw refused(problemsText(parsed.error));
  const { plan, registry, registryGzip, reason } = parsed.data;
  if (registry && registryGzip !== undefined) throw refused('registry and registryGzip: give one of them.');
  const text = registry ? JSON.stringify(registry) : registryGzip && unpacked(registryGzip);
  const actor = claimed(parsed.data.actor, `request ${requestId}`);
  return { plan, reason, actor, ...(text === undefined ? {} : { text }) };
};

const refused = (why: string): InputRefused =>
  new InputRefused(
    `The input was refused: ${why} Allowed is {"plan"?: boolean, "registry"?: <gateways.json>, "registryGzip"?: "<the same by gzip, in base64>", "actor"?: "<who>", "reason"?: "<why>"}.`,
  );

const unpacked = (packed: string): string => {
  try {
    return gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: longestText }).toString('utf8');
  } catch {
    throw refused(`registryGzip: it is no gzip, or unpacks to more than ${longestText} bytes.`);
  }
};

type Needs = Parameters<typeof applyRegistry>[0] & Pick<Dependencies, 'home' | 'kitReach' | 'news'>;

/** Applies the text of `gateways.json`, logs every change, and returns them as lines. Throws RegistryRefused too. */
export const applyFile = async (
  needs: Needs,
  text: string,
  { plan, actor, reason }: By & { readonly plan: boolean },
  withDemo: boolean,
): Promise<ApplyResult> => {
  const whole = readRegistry(text);
  const registry = withDemo ? whole : withoutDemo(whole);
  refuseForeignSecrets(registry, needs.home);
  refuseOtherHosts(registry, needs.kitReach.hosts);
  refuseOtherFolders(registry, needs.kitReach.folders);
  const changes = await applyRegistry(needs, registry, { actor, reason }, { plan });
  const lines = [...changes.map(describeChange), ...(await applyNews(needs, registry.news, { plan }))];
  if (!plan)
    for (const { kind, gatewayId, kitId, refused } of changes)
      needs.log(refused ? 'WARN' : 'INFO', 'gateways.json was applied.', {
        kind,
        gatewayId,
        ...(kitId ? { kitId } : {}),
        ...(refused ? { refused } : {}),
      });
  const refused = changes.filter((change) => change.refused !== undefined).length;
  return { plan, count: lines.length - refused, refused, changes: lines.slice(0, namedAtMost) };
};

/**
 * Applies all of the file or nothing: a deployment that fails is rolled back, to the file before, and what was applied of the
 * new one might be refused on that way as well. Throws {@link ChangesRefused} with every line that was refused.
 */
export const applyWhole = async (needs: Needs, text: string, by: By, withDemo: boolean): Promise<ApplyResult> => {
  const planned = await applyFile(needs, text, { ...by, plan: true }, withDemo);
  if (planned.refused > 0) throw refusedWith('Nothing was applied', planned);
  const applied = await applyFile(needs, text, { ...by, plan: false }, withDemo);
  if (applied.refused > 0) throw refusedWith(`${applied.count} changes were applied`, applied);
  return applied;
};

const refusedWith = (what: string, { refused, changes }: ApplyResult): ChangesRefused => {
  const lines = changes.filter(isRefusedLine);
  return new ChangesRefused(
    `${what}, since ${refused} cannot be made now; deploy again when they can. ${lines.join(' ')}`,
  );
};
