import * as z from 'zod';
import { homeOfArn } from '../domain/secret-home.ts';
import type { Deployment } from './html/deployment.ts';
import type { Surface } from './html/surface.ts';
import { dataFolder, widgetContext } from './page-request.ts';

/** The functions of the console by their ARNs, which a widget's links and buttons call; and the stack that they are of. */
export type ConsoleFunctions = { readonly show: string; readonly act: string; readonly stackName: string };

const place = z.looseObject({
  widgetContext: widgetContext.optional().catch(undefined),
  token: z.string().max(128).catch(''),
  format: z.unknown().optional(),
  dataFolder: dataFolder.catch(undefined),
});

/** Where an answer is shown, whatever else an event asks; a program wants the facts and no HTML. */
export const surfaceOf = (event: unknown, functions: ConsoleFunctions): { surface: Surface; isProgram: boolean } => {
  const {
    widgetContext: context,
    token,
    format,
    dataFolder,
  } = place.parse(typeof event === 'object' && event !== null ? event : {});
  const deployment: Deployment =
    dataFolder === undefined
      ? { kind: 'aws', ...homeOfArn(functions.act), stack: functions.stackName }
      : { kind: 'machine', dataFolder };
  const surface: Surface = context
    ? {
        ...{ kind: 'widget', theme: context.theme, deployment },
        ...{ showFunction: functions.show, actFunction: functions.act },
      }
    : { kind: 'page', token, deployment };
  return { surface, isProgram: format === 'json' };
};
