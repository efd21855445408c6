import type { By } from '../../domain/decision.ts';
import type { Gateway, Rotation } from '../../domain/gateway.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { startAttempt } from './start-attempt.ts';

/**
 * Wakes a rotation whose execution may sleep for up to `longestWaitSeconds`. Its next attempt is named first, since an
 * execution that is stopped before counts as stopped by a person; what cannot be stopped ends itself at its next step,
 * when it reads the record.
 */
export const wakeRotation = async (
  needs: Pick<Dependencies, 'gateways' | 'executions'> & ClockAndLog,
  gateway: Gateway,
  by: By,
): Promise<void> => {
  const { rotation } = gateway;
  if (!rotation) return;
  await startAttempt(needs, gateway, { failed: false, ...by });
  await stopExecution(needs, rotation, by.reason);
};

/** Stops an execution that a decision has overtaken; one that cannot be stopped ends itself at its next step. */
export const stopExecution = async (
  { executions, log }: Pick<Dependencies, 'executions'> & ClockAndLog,
  { executionArn, rotationId }: Pick<Rotation, 'executionArn' | 'rotationId'>,
  why: string,
): Promise<void> => {
  if (executionArn)
    await executions
      .stop(executionArn, why)
      .catch(() => log('WARN', 'The execution could not be stopped; it ends at its next step.', { rotationId }));
};
