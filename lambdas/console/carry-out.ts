import { compromise, type PressResult } from '../compromise/press-button.ts';
import { InputRefused } from '../domain/failure.ts';
import { fieldNamesOf } from '../domain/operator-commands.ts';
import { transition } from '../domain/transition.ts';
import { operate } from '../operator/operate.ts';
import type { OperateResult } from '../operator/result.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { rotationIdOf } from '../workflow/shared/derived-id.ts';
import { type ActInput, type DecisionInput, executionNameOf } from './form-input.ts';
import { unchangedWords } from './view/labels.ts';
import type { Outcome } from './view/outcome.ts';

/** What acting needs: everything that `operate` and `compromise` do, and starts of the workflow. */
export type ActNeeds = Pick<
  Dependencies,
  'gateways' | 'pingOne' | 'kits' | 'uses' | 'proofs' | 'secretVersions' | 'executions' | 'followUp' | 'manualStarts'
> &
  ClockAndLog;

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
      const { gatewayId, confirmGatewayId, reason, actor, requestId, rejectWithinSeconds, credentialIds } = input;
      const request = {
        gatewayId,
        confirmGatewayId,
        reason,
        requestId,
        rejectWithinSeconds,
        actor,
        ...(credentialIds ? { credentialIds } : {}),
      };
      return outcomeOf(input, await compromise(needs, request));
    }
    default:
      return outcomeOf(input, await operate(needs, commandOf(input), { requestId: input.requestId }));
  }
};

type Start = Extract<ActInput, { act: 'rotate' | 'plan' }>;

/** A start that the record itself refuses is not made; one that was made before is the same. */
const start = async ({ gateways, manualStarts, now }: ActNeeds, input: Start): Promise<Outcome> => {
  const { act, gatewayId, reason, actor, requestId } = input;
  const gateway = await gateways.read(gatewayId);
  if (!gateway) throw new InputRefused(`Gateway ${gatewayId} is not registered.`);
  const execution = executionNameOf(requestId);
  if (act === 'plan') {
    await manualStarts.start(execution, { gatewayId, reason, actor, plan: true });
    return { act, result: 'DONE', message: 'The plan is being made; nothing is changed by it.', execution };
  }
  const rotationId = rotationIdOf(manualStarts.arnOf(execution));
  const begun = transition(gateway, { kind: 'begin', rotationId, trigger: 'manual', actor, reason }, now());
  if (begun.kind === 'refused') return { act, result: 'REFUSED', message: begun.message };
  await manualStarts.start(execution, { gatewayId, reason, actor });
  const message = `The rotation was started. Should a kit be in the way, it is not begun, and execution ${execution} says why.`;
  return { act, result: 'DONE', message };
};

/** What `operate` takes: the decision and its own fields, nothing of the form around it. */
const commandOf = (input: DecisionInput): object => {
  const { act: command, gatewayId, reason, actor } = input;
  const given: Readonly<Record<string, unknown>> = input;
  return {
    ...{ command, gatewayId, reason, actor },
    ...Object.fromEntries(fieldNamesOf(command).map((field) => [field, given[field]])),
  };
};

const outcomeOf = ({ act }: ActInput, result: OperateResult | PressResult): Outcome => {
  if (result.result === 'REFUSED') return { act, result: 'REFUSED', message: result.message };
  const message =
    'message' in result
      ? result.message
      : result.result === 'UNCHANGED'
        ? unchangedWords(act)
        : act === 'force'
          ? `Recorded as revision ${result.revision}. What it retires is still accepted; below is said until when.`
          : `Done, and recorded as revision ${result.revision}.`;
  return { act, result: result.result, message };
};
