import type { Outcome } from '../console/outcome.ts';
import type { ActInput } from './act-input.ts';
import { compromise, type PressResult } from './compromise.ts';
import type { Always, Equipment } from './equipment.ts';
import { operate } from './operate.ts';
import type { OperateResult } from './operate-result.ts';

/** What acting needs: everything that `operate` and `compromise` do, and starts of the workflow. */
export type ActNeeds = Pick<Equipment, 'gateways' | 'kits' | 'uses' | 'vault' | 'executions' | 'manualStarts'> & Always;

/**
 * Does what a person pressed, by the very code that other callers reach: the workflow is started, an operator's decision
 * is taken, or the compromise button pressed. The actor is recorded as claimed, with the id of the request.
 */
export const act = async (needs: ActNeeds, input: ActInput): Promise<Outcome> => {
  switch (input.act) {
    case 'rotate':
    case 'plan':
      return start(needs, input);
    case 'compromise': {
      const { gatewayId, confirmGatewayId, reason, actor, requestId, rejectWithinSeconds } = input;
      const request = { gatewayId, confirmGatewayId, reason, requestId, rejectWithinSeconds, actor };
      return outcomeOf(input, await compromise(needs, request));
    }
    default:
      return outcomeOf(input, await operate(needs, commandOf(input), { requestId: input.requestId }));
  }
};

const start = async ({ manualStarts }: ActNeeds, input: ActInput): Promise<Outcome> => {
  const { act, gatewayId, reason, requestId } = input;
  const execution = `console-${requestId}`.slice(0, 64);
  const actor = `${input.actor}, request ${requestId}`.slice(0, 128);
  await manualStarts.start(execution, { gatewayId, reason, actor, ...(act === 'plan' ? { plan: true } : {}) });
  return act === 'plan'
    ? { act, result: 'DONE', message: 'The plan is being made; nothing is changed by it.', execution }
    : { act, result: 'DONE', message: `The rotation was started. If it is refused, execution ${execution} says why.` };
};

type Decided = Exclude<ActInput, { act: 'rotate' | 'plan' | 'compromise' }>;

/** What `operate` takes: the decision and its own fields, nothing of the form around it. */
const commandOf = (input: Decided): object => {
  const {
    act: command,
    requestId: _,
    format: _f,
    token: _t,
    pressed: _p,
    console: _c,
    widgetContext: _w,
    ...own
  } = input;
  return { command, ...own };
};

const outcomeOf = ({ act }: ActInput, result: OperateResult | PressResult): Outcome => {
  if (result.result === 'REFUSED') return { act, result: 'REFUSED', message: result.message };
  const message =
    'message' in result
      ? result.message
      : result.result === 'UNCHANGED'
        ? 'It was so already: nothing has changed.'
        : `Done, and recorded as revision ${result.revision}.`;
  return { act, result: result.result, message };
};
