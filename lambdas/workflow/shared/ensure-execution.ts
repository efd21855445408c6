import type { By } from '../../domain/decision.ts';
import type { Gateway, Rotation } from '../../domain/gateway.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { withinMs } from '../../runtime/time-limit.ts';
import { startAttempt } from './start-attempt.ts';
import { wakeRotation } from './wake.ts';

type Needs = Pick<Dependencies, 'gateways' | 'executions'> & ClockAndLog;

/** For so long a person waits for the execution, once his decision is in the record. */
const executionWithinMs = 10_000;

/**
 * Sees that a decision is acted on now: where no execution runs, the next attempt is started; one that waits is woken,
 * or left to look at the record within `longestWaitSeconds`. What fails here is the reconciler's a minute later.
 */
export const ensureExecution = async (
  needs: Needs,
  gateway: Gateway,
  by: By,
  waiting: 'woken' | 'left',
): Promise<void> => {
  const { gatewayId, rotation } = gateway;
  if (rotation?.driver !== 'workflow' || rotation.held) return;
  try {
    await withinMs(executionWithinMs, () => ensure(needs, gateway, rotation, by, waiting));
  } catch (error) {
    needs.log('WARN', 'The next attempt is not started yet; the reconciler starts it within a minute.', {
      gatewayId,
      error: error instanceof Error ? error.message : '',
    });
  }
};

const ensure = async (
  needs: Needs,
  gateway: Gateway,
  { attempt, executionArn }: Rotation,
  by: By,
  waiting: 'woken' | 'left',
): Promise<void> => {
  const state = attempt > 0 && executionArn ? await needs.executions.stateOf(executionArn) : undefined;
  if (state?.kind === 'RUNNING') {
    if (waiting === 'woken') await wakeRotation(needs, gateway, by);
  } else if (state?.kind === 'ABSENT') await needs.executions.start(gateway);
  else await startAttempt(needs, gateway, { failed: false, ...by });
};
