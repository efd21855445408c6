import type { By } from '../../domain/decision.ts';
import type { Gateway } from '../../domain/gateway.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { startAttempt } from './start-attempt.ts';
import { wakeRotation } from './wake.ts';

/**
 * Sees that a decision is acted on now: where no execution runs, the next attempt is started; one that waits is woken,
 * or left to look at the record within `longestWaitSeconds`. What fails here is the reconciler's a minute later.
 */
export const ensureExecution = async (
  needs: Pick<Dependencies, 'gateways' | 'executions'> & ClockAndLog,
  gateway: Gateway,
  by: By,
  waiting: 'woken' | 'left',
): Promise<void> => {
  const { gatewayId, rotation } = gateway;
  if (rotation?.driver !== 'workflow' || rotation.held) return;
  try {
    const { attempt, executionArn } = rotation;
    const state = attempt > 0 && executionArn ? await needs.executions.stateOf(executionArn) : undefined;
    if (state?.kind === 'RUNNING') {
      if (waiting === 'woken') await wakeRotation(needs, gateway, by);
    } else if (state?.kind === 'ABSENT') await needs.executions.start(gateway);
    else await startAttempt(needs, gateway, { failed: false, ...by });
  } catch (error) {
    needs.log('WARN', 'The next attempt is not started yet; the reconciler starts it within a minute.', {
      gatewayId,
      error: error instanceof Error ? error.message : '',
    });
  }
};
