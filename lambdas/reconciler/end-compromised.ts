import { authorityOf } from '../authorities/authority-of.ts';
import { isDoneWith } from '../domain/credential-status.ts';
import { RotationPreempted } from '../domain/failure.ts';
import { type Gateway, refusedEverywhereAtMs } from '../domain/gateway.ts';
import type { GatewayId, RotationId } from '../domain/ids.ts';
import { overdue } from '../domain/next-stage.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { verifyRefusal } from '../workflow/shared/verify-refusal.ts';

type Needs = Pick<Dependencies, 'gateways' | 'secretVersions' | 'policyCheck'> & ClockAndLog;

/** What the reconciler did, for its log and its alarm. */
export type Repair = {
  readonly gatewayId: GatewayId;
  readonly what: 'FLUSHED' | 'STARTED' | 'STARTED_AGAIN' | 'HELD' | 'GIVEN_UP' | 'REVOKED' | 'CONFIRMED' | 'FAILED';
  readonly why: string;
};

/** What no attempt came to do any more and no hold may stop: what is compromised and past its time is revoked, and seen refused. */
export const endCompromised = async (
  needs: Needs,
  before: Gateway,
  rotationId: RotationId,
): Promise<readonly Repair[]> => {
  const { gatewayId } = before;
  const reason = 'compromised, and its time has passed';
  const applied = await needs.gateways.apply(gatewayId, (now) => {
    const dead = now.rotation?.rotationId === rotationId ? overdue(now, needs.now()) : [];
    const { transitionRevision: readAt } = now;
    return dead.length === 0
      ? undefined
      : { kind: 'revoke', rotationId, credentialIds: dead, readAt, actor: 'reconciler', reason };
  });
  if (applied.kind === 'refused') return [];
  const { gateway, changed } = applied;
  const revoked: readonly Repair[] = changed ? [{ gatewayId, what: 'REVOKED', why: reason }] : [];
  for (const { credentialId, confirmedAtMs } of gateway.revoked)
    if (changed && confirmedAtMs === undefined) await authorityOf(gateway).revoke(gateway, credentialId);
  return [...revoked, ...(await confirmDead(needs, gateway, rotationId))];
};

/**
 * What a rotation revoked that ended right there (a credential that was never distributed), or whose workflow fails again and
 * again, is seen refused here, as no workflow would: so "revoked" is true when it is said (invariant 8).
 */
export const confirmDead = async (
  needs: Needs,
  before: Gateway,
  rotationId?: RotationId,
): Promise<readonly Repair[]> => {
  const { gatewayId, secretArn, revoked } = before;
  const due = revoked.filter(
    (one) => one.confirmedAtMs === undefined && needs.now() >= refusedEverywhereAtMs(before, one),
  );
  if (due.length === 0) return [];
  let gateway = before;
  const asker = rotationId === undefined ? {} : { rotationId };
  const as = { ...asker, actor: 'reconciler', reason: 'the policy check refused it' };
  try {
    for (const one of due) gateway = await verifyRefusal(needs, gateway, one, as);
  } catch (error) {
    if (error instanceof RotationPreempted) return []; // a rotation began in this moment: its workflow sees to it
    throw error;
  }
  await needs.secretVersions.release(secretArn, (...version) => isDoneWith(gateway, ...version));
  const ids = due.map(({ credentialId }) => credentialId).join(', ');
  return [{ gatewayId, what: 'CONFIRMED', why: `the policy check refuses ${ids}` }];
};
