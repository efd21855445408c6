import { randomUUID } from 'node:crypto';
import { InputRefused } from '../domain/failure.ts';
import { longestText } from '../domain/text.ts';
import type { Dependencies } from '../ports.ts';
import { type ActNeeds, act } from './carry-out.ts';
import { type ActInput, fieldsOf, readAct } from './form-input.ts';
import { render, renderRefusal } from './html/render.ts';
import { type AskFor, type ConsoleAsk, readAsk } from './page-request.ts';
import { type ShowNeeds, viewOf } from './read-view.ts';
import { surfaceOf } from './request-surface.ts';
import type { FilledIn, Outcome } from './view/outcome.ts';

/**
 * Does what was pressed, and answers the view that follows with the outcome on top, or with `"format": "json"` the outcome
 * alone. What was refused leads back to its form, with what was filled in. A widget's links lead to the function that it
 * names, which has to be one of this account and region.
 */
export const actConsole = async (
  needs: ActNeeds & ShowNeeds & Pick<Dependencies, 'stackName'>,
  event: unknown,
  ownArn: string,
): Promise<Outcome | string> => {
  const { surface, isProgram } = surfaceOf(event, {
    ...{ show: showFunctionIn(event, ownArn), act: ownArn, stackName: needs.stackName },
  });
  const given = formIn(event);
  const shown = async (ask: ConsoleAsk, outcome: Outcome): Promise<string> =>
    render(await viewOf(needs, ask), { surface, requestId: randomUUID(), outcome, filledIn: given.filledIn });
  try {
    const input = readAct(event);
    const outcome = await act(needs, input);
    if (isProgram) return outcome;
    return await shown(outcome.result === 'REFUSED' && given.ask ? given.ask : next(input, outcome), outcome);
  } catch (error) {
    if (!(error instanceof InputRefused) || isProgram) throw error;
    if (!given.ask) return renderRefusal(error.message, surface);
    return shown(given.ask, { act: given.ask.act, result: 'REFUSED', message: error.message }).catch(() =>
      renderRefusal(error.message, surface),
    );
  }
};

/** A plan leads to its page, and everything else to the gateway. */
const next = ({ gatewayId }: ActInput, { execution }: Outcome): ConsoleAsk =>
  readAsk(execution ? { view: 'plan', gatewayId, execution } : { view: 'gateway', gatewayId });

/** The form that an event comes from, if it can be told, and what was filled in. */
const formIn = (event: unknown): { readonly ask?: AskFor<'act'>; readonly filledIn: FilledIn } => {
  const given = fieldsOf(event);
  const { gatewayId, act: pressed, kitId, credentialIds, actor, reason } = given;
  const filledIn = { actor: textOf(actor), reason: textOf(reason) };
  try {
    const named = Object.entries({ kitId, credentialIds }).filter(([, value]) => value !== undefined);
    const ask = readAsk({ view: 'act', gatewayId, act: pressed, ...Object.fromEntries(named) });
    return ask.view === 'act' ? { ask, filledIn } : { filledIn };
  } catch {
    return { filledIn };
  }
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, longestText.reason) : '');

/** `arn:aws:lambda:<region>:<account>:function:`, which both functions of the console have in common. */
const commonPart = (functionArn: string): string => functionArn.split(':').slice(0, 6).join(':');

const showFunctionIn = (event: unknown, ownArn: string): string => {
  const given = typeof event === 'object' && event !== null && 'console' in event ? event.console : undefined;
  return typeof given === 'string' && given.startsWith(`${commonPart(ownArn)}:`) ? given : '';
};
