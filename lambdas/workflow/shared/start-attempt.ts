import type { By } from '../../domain/decision.ts';
import type { Gateway } from '../../domain/gateway.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';

/**
 * Raises the attempt of the running rotation in the record, then starts its execution. `seen` is the record in which the
 * caller saw that the attempt ended, or never was: of several that saw it one starts the next. A crash between the two
 * leaves an attempt without an execution, which the reconciler starts. Nothing happens when no rotation runs, or it is held.
 */
export const startAttempt = async (
  { gateways, executions }: Pick<Dependencies, 'gateways' | 'executions'> & ClockAndLog,
  seen: Pick<Gateway, 'gatewayId' | 'rotation'>,
  { failed, ...by }: By & { readonly failed: boolean },
): Promise<'STARTED' | 'NOTHING_TO_START' | 'TOO_MANY_ATTEMPTS'> => {
  const { gatewayId, rotation } = seen;
  if (!rotation) return 'NOTHING_TO_START';
  const applied = await gateways.apply(gatewayId, {
    kind: 'next-attempt',
    rotationId: rotation.rotationId,
    from: rotation.attempt,
    failed,
    executionArn: executions.arnOf(rotation, rotation.attempt + 1),
    ...by,
  });
  if (applied.kind === 'refused')
    return applied.code === 'TOO_MANY_ATTEMPTS' ? 'TOO_MANY_ATTEMPTS' : 'NOTHING_TO_START';
  if (!applied.changed) return 'NOTHING_TO_START';
  await executions.start(applied.gateway);
  return 'STARTED';
};
