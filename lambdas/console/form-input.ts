import * as z from 'zod';
import { InputRefused } from '../domain/failure.ts';
import { gatewayId, kitId, requestId, widgetContext } from './page-request.ts';

const said = {
  gatewayId,
  /** Made when the form was: the same press twice is one. */
  requestId,
  reason: z.string().trim().min(1, 'say why').max(256),
  actor: z.string().trim().min(1, 'say who you are').max(100),
};
const surface = {
  format: z.enum(['html', 'json']).default('html'),
  token: z.string().max(128).default(''),
  pressed: z.string().max(8).optional(),
  /** The function that shows, for the links of a widget. */
  console: z.string().max(256).optional(),
  widgetContext: widgetContext.optional(),
};
const one = <Name extends string, Shape extends z.core.$ZodLooseShape>(act: Name, shape: Shape) =>
  z.strictObject({ act: z.literal(act), ...said, ...surface, ...shape });

const act = z.discriminatedUnion('act', [
  one('rotate', {}),
  one('plan', {}),
  one('hold', {}),
  one('resume', {}),
  one('extend', { deadlineAt: z.iso.datetime() }),
  one('roll-back', {}),
  one('force', { kits: z.coerce.number().int().min(0), kitsHash: z.string().max(64) }),
  one('acknowledge-kit', { kitId, credentialId: z.string().regex(/^[A-Za-z0-9-]{1,64}$/) }),
  one('retry-kit', { kitId }),
  one('compromise', {
    confirmGatewayId: z.string().trim().max(63),
    rejectWithinSeconds: z.coerce.number().int().min(0).max(86_400),
  }),
]);
/** What was pressed. */
export type ActInput = z.infer<typeof act>;

/** The fields that a person fills in; a widget hands them over beside the parameters of the button. */
const filledIn = ['reason', 'actor', 'confirmGatewayId', 'deadlineAt'] as const;

/** The parameters of a press, with what its form adds to them in a widget. */
export const fieldsOf = (event: unknown): Readonly<Record<string, unknown>> => {
  const given = (typeof event === 'object' && event !== null ? event : {}) as Record<string, unknown>;
  const context = widgetContext.safeParse(given.widgetContext);
  const typed = context.success ? context.data.forms.all : {};
  return { ...Object.fromEntries(filledIn.flatMap((name) => (name in typed ? [[name, typed[name]]] : []))), ...given };
};

/** Reads an act: a form of the page, or a button of a widget with its form. Throws {@link InputRefused} with what is missing. */
export const readAct = (event: unknown): ActInput => {
  const parsed = act.safeParse(fieldsOf(event));
  if (parsed.success) return parsed.data;
  throw new InputRefused(`Nothing was done. ${z.prettifyError(parsed.error)}`);
};
