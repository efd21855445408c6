import * as z from 'zod';
import { InputRefused } from '../domain/failure.ts';
import { maxLiveCredentials } from '../domain/gateway.ts';
import type { CredentialId } from '../domain/ids.ts';
import { inWords, problemsText } from '../domain/in-words.ts';
import { laggardCodes } from '../domain/kit-verdict.ts';
import { type Labels, labelIn, labelRule } from '../domain/labels.ts';
import { latestRejectSeconds } from '../domain/policy.ts';
import { longestText } from '../domain/text.ts';
import { credentialId, executionName, gatewayId, kitId, source } from '../workflow/shared/fields.ts';
import { longestFilter, longestPage } from './view/paging.ts';
import { gatewayActs, gatewayStates, kitActs, parts } from './view/views.ts';

/** What CloudWatch adds to every call of a custom widget ("Details about custom widgets"); what is not used is let through. */
export const widgetContext = z.looseObject({
  theme: z.enum(['light', 'dark']).catch('light'),
  forms: z.looseObject({ all: z.record(z.string(), z.unknown()).catch({}) }).catch({ all: {} }),
});

/** The page of a machine says with every call where its data is; empty where nothing is kept. */
export const dataFolder = z.string().max(4_096).optional();

const common = {
  format: z.enum(['html', 'json']).default('html'),
  /** What the local page's server wants back in every form. */
  token: z.string().max(128).default(''),
  dataFolder,
  widgetContext: widgetContext.optional(),
};
/** Labels as a link and a command line carry them: `env=prod,team=edge`. */
const labelList = z
  .string()
  .max(1_100)
  .transform((text, context): Labels => {
    const labels = text
      .split(',')
      .filter((one) => one !== '')
      .map((one) => labelIn(one));
    if (labels.every((one) => one !== undefined)) return Object.fromEntries(labels);
    context.addIssue({ code: 'custom', message: `must be labels such as env=prod, parted by commas: ${labelRule}` });
    return z.NEVER;
  });
/** What may choose among gateways and kits, and how many of them are on a page. */
const chosen = { labels: labelList.default({}), size: z.coerce.number().int().min(1).max(longestPage).optional() };

const list = { filter: z.string().max(longestFilter).default(''), page: z.coerce.number().int().min(1).default(1) };

/** Credential ids as a form or a link carries them. */
export const credentialList = z
  .string()
  .max(256)
  .transform((list) => list.split(','))
  .pipe(
    z
      .array(credentialId.transform((id) => id as CredentialId))
      .min(1)
      .max(maxLiveCredentials),
  );

/** In how many seconds they are refused. */
export const withinSeconds = z.coerce.number().int().min(0).max(latestRejectSeconds);

const ask = z.discriminatedUnion('view', [
  z.strictObject({
    view: z.literal('gateways'),
    state: z.enum(gatewayStates).optional(),
    ...list,
    ...chosen,
    ...common,
  }),
  z.strictObject({
    view: z.literal('gateway'),
    gatewayId,
    owner: z.string().max(longestText.owner).default(''),
    /** Only kits that hold the rotation up, or present a revoked credential; or only those that are late for one reason. */
    late: z.enum(['only', ...laggardCodes]).optional(),
    part: z.enum(parts).optional(),
    ...list,
    ...chosen,
    ...common,
  }),
  z.strictObject({ view: z.literal('history'), gatewayId, page: list.page, ...common }),
  z.strictObject({ view: z.literal('news'), gatewayId, page: list.page, ...common }),
  z.strictObject({
    view: z.literal('act'),
    gatewayId,
    act: z.enum([...gatewayActs, ...kitActs]),
    kitId: kitId.optional(),
    source: source.optional(),
    /** Of a press: only these, parted by commas, and how soon; as it would be pressed. */
    credentialIds: credentialList.optional(),
    rejectWithinSeconds: withinSeconds.optional(),
    ...common,
  }),
  z.strictObject({ view: z.literal('plan'), gatewayId, execution: executionName, ...common }),
]);
/** What the console is asked for. */
export type ConsoleAsk = z.infer<typeof ask>;
export type AskFor<Name extends ConsoleAsk['view']> = Extract<ConsoleAsk, { view: Name }>;

/** Reads what the console is asked for; without `view` it is all gateways. A widget's filter comes from its form. Throws {@link InputRefused}. */
export const readAsk = (event: unknown): ConsoleAsk => {
  const given = typeof event === 'object' && event !== null ? event : {};
  const parsed = ask.safeParse({ view: 'gateways', ...given }, inWords);
  if (!parsed.success)
    throw new InputRefused(
      `The console was asked for what it does not have: ${problemsText(parsed.error)} Allowed views are ${ask.options.map(({ shape }) => shape.view.value).join(', ')}.`,
    );
  const typed = parsed.data.widgetContext?.forms.all.filter;
  return 'filter' in parsed.data && typeof typed === 'string'
    ? { ...parsed.data, filter: typed.slice(0, longestFilter) }
    : parsed.data;
};
