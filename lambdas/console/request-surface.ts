import * as z from 'zod';
import type { Surface } from './html/surface.ts';
import { widgetContext } from './page-request.ts';

/** The functions of the console by their ARNs: a widget's links and buttons call them. */
export type ConsoleFunctions = { readonly show: string; readonly act: string };

const place = z.looseObject({
  widgetContext: widgetContext.optional().catch(undefined),
  token: z.string().max(128).catch(''),
  format: z.unknown().optional(),
});

/** Where an answer is shown, whatever else an event asks; a program wants the facts and no HTML. */
export const surfaceOf = (event: unknown, functions: ConsoleFunctions): { surface: Surface; isProgram: boolean } => {
  const {
    widgetContext: context,
    token,
    format,
  } = place.parse(typeof event === 'object' && event !== null ? event : {});
  const surface: Surface = context
    ? { kind: 'widget', theme: context.theme, showFunction: functions.show, actFunction: functions.act }
    : { kind: 'page', token };
  return { surface, isProgram: format === 'json' };
};
