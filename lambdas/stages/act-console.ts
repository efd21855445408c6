import { randomUUID } from 'node:crypto';
import { render, renderRefusal } from '../console/html/render.ts';
import type { Outcome } from '../console/outcome.ts';
import { InputRefused } from '../domain/failure.ts';
import { type ActNeeds, act } from './act.ts';
import { type ActInput, readAct } from './act-input.ts';
import { placeOf } from './console-surface.ts';
import { type ShowNeeds, viewOf } from './show.ts';
import { readAsk } from './show-input.ts';

/**
 * Does what was pressed, and answers the view that follows with the outcome on top, or with `"format": "json"` the outcome
 * alone. A widget's links lead to the function that it names, which has to be one of this account and region.
 */
export const actConsole = async (
  needs: ActNeeds & ShowNeeds,
  event: unknown,
  ownArn: string,
): Promise<Outcome | string> => {
  const { surface, isProgram } = placeOf(event, { show: showFunctionIn(event, ownArn), act: ownArn });
  try {
    const input = readAct(event);
    const outcome = await act(needs, input);
    if (isProgram) return outcome;
    return render(await viewOf(needs, next(input, outcome)), { surface, requestId: randomUUID(), outcome });
  } catch (error) {
    if (!(error instanceof InputRefused) || isProgram) throw error;
    return renderRefusal(error.message, surface);
  }
};

/** A plan leads to its page, a refusal back to its form, and everything else to the gateway. */
const next = (input: ActInput, { result, execution }: Outcome) => {
  const { gatewayId, act: asked } = input;
  if (execution) return readAsk({ view: 'plan', gatewayId, execution });
  if (result !== 'REFUSED') return readAsk({ view: 'gateway', gatewayId });
  return readAsk({ view: 'act', gatewayId, act: asked, ...('kitId' in input ? { kitId: input.kitId } : {}) });
};

/** `arn:aws:lambda:<region>:<account>:function:`, which both functions of the console have in common. */
const commonPart = (functionArn: string): string => functionArn.split(':').slice(0, 6).join(':');

const showFunctionIn = (event: unknown, ownArn: string): string => {
  const given = typeof event === 'object' && event !== null && 'console' in event ? event.console : undefined;
  return typeof given === 'string' && given.startsWith(`${commonPart(ownArn)}:`) ? given : '';
};
