import * as z from 'zod';
import { InputRefused } from '../domain/failure.ts';
import { executionNamePattern, executionNameRule, longestName } from '../domain/ids.ts';
import { inWords, problemsText } from '../domain/in-words.ts';
import { commandsAbout, type FieldsOf, type OperatorField } from '../domain/operator-commands.ts';
import { commandFields, fieldsOfCommand } from '../operator/command-input.ts';
import { actor, gatewayId, reason, requestId } from '../workflow/shared/fields.ts';
import { credentialList, dataFolder, widgetContext, withinSeconds } from './page-request.ts';

/** The execution that a press starts is named after its request: the same press twice is one. */
export const executionNameOf = (request: string): string => `console-${request}`;

const said = {
  gatewayId,
  /** Made when the form was. */
  requestId: requestId.refine((id) => executionNamePattern.test(executionNameOf(id)), `must be ${executionNameRule}`),
  reason,
  actor,
};
const surface = {
  format: z.enum(['html', 'json']).default('html'),
  token: z.string().max(128).default(''),
  dataFolder,
  pressed: z.string().max(8).optional(),
  /** The function that shows, for the links of a widget. */
  console: z.string().max(256).optional(),
  widgetContext: widgetContext.optional(),
};
const one = <Name extends string, Shape extends z.core.$ZodLooseShape>(act: Name, shape: Shape) =>
  z.strictObject({ act: z.literal(act), ...said, ...surface, ...shape });

const own = [
  one('rotate', {}),
  one('plan', {}),
  one('compromise', {
    confirmGatewayId: z.string().trim().max(longestName),
    rejectWithinSeconds: withinSeconds,
    credentialIds: credentialList.optional(),
  }),
] as const;

/** The decisions that have a form; a form holds texts. */
const decisions = [...commandsAbout('rotation'), ...commandsAbout('kit')] as const;
type Decision = (typeof decisions)[number];
const formFields = { ...commandFields, kits: z.coerce.number().int().min(0) };
const act = z.discriminatedUnion('act', [
  ...own,
  ...decisions.map((name) => one(name, fieldsOfCommand(name, formFields))),
]);

type Own = z.infer<(typeof own)[number]>;
type Common = Omit<Extract<Own, { act: 'plan' }>, 'act'>;
export type DecisionInput = { [Name in Decision]: Common & { readonly act: Name } & FieldsOf<Name> }[Decision];
/** What was pressed. */
export type ActInput = Own | DecisionInput;

/** Which fields of decisions a person fills in; the others are in the form already. */
const isFilledIn: Readonly<Record<OperatorField, boolean>> = {
  deadlineAt: true,
  kits: false,
  kitsHash: false,
  kitId: false,
  source: false,
  credentialId: false,
  versionId: true,
};
/** The fields that a person fills in; a widget hands them over beside the parameters of the button. */
const filledIn = [
  ...['reason', 'actor', 'confirmGatewayId'],
  ...Object.entries(isFilledIn).flatMap(([field, is]) => (is ? [field] : [])),
];

/** The parameters of a press, with what its form adds to them in a widget. */
export const fieldsOf = (event: unknown): Readonly<Record<string, unknown>> => {
  const given = (typeof event === 'object' && event !== null ? event : {}) as Record<string, unknown>;
  const context = widgetContext.safeParse(given.widgetContext);
  const typed = context.success ? context.data.forms.all : {};
  return { ...Object.fromEntries(filledIn.flatMap((name) => (name in typed ? [[name, typed[name]]] : []))), ...given };
};

/** Reads an act: a form of the page, or a button of a widget with its form. Throws {@link InputRefused} with what is missing. */
export const readAct = (event: unknown): ActInput => {
  const parsed = act.safeParse(fieldsOf(event), inWords);
  if (parsed.success) return parsed.data as unknown as ActInput; // by the table that both are made from
  throw new InputRefused(`Nothing was done. ${problemsText(parsed.error)}`);
};
