import { authorityOf } from '../authorities/authority-of.ts';
import { deciderOf } from '../domain/authority.ts';
import { RotationPreempted } from '../domain/failure.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { GatewayId, RotationId } from '../domain/ids.ts';
import { overdue, toBeSeenRefused } from '../domain/next-stage.ts';
import { isProbeUnderWay } from '../domain/quiet-window.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { releaseLabels } from '../workflow/shared/release-labels.ts';
import { verifyRefusal } from '../workflow/shared/verify-refusal.ts';

type Needs = Pick<Dependencies, 'gateways' | 'secretVersions' | 'policyCheck' | 'pingOne'> & ClockAndLog;

/** What the reconciler did, for its log and its alarm. */
export type Repair = {
  readonly gatewayId: GatewayId;
  readonly what:
    | 'FLUSHED'
    | 'STARTED'
    | 'STARTED_AGAIN'
    | 'HELD'
    | 'GIVEN_UP'
    | 'REVOKED'
    | 'CONFIRMED'
    | 'DISCARDED'
    | 'FAILED';
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
    if (changed && confirmedAtMs === undefined) await authorityOf(gateway).revoke(needs, gateway, credentialId);
  return [...revoked, ...(await verifyRefusals(needs, gateway)).repairs];
};

/**
 * What was revoked is seen refused here, whatever its rotation does or whether one runs: so "revoked" is true when it is
 * said (invariant 8), and what cannot be seen stops nothing else.
 */
export const verifyRefusals = async (
  needs: Needs,
  before: Gateway,
): Promise<{ readonly gateway: Gateway; readonly repairs: readonly Repair[] }> => {
  const { gatewayId, rotation } = before;
  const due = toBeSeenRefused(before, needs.now());
  if (due.length === 0 || isProbeUnderWay(before, needs.now())) return { gateway: before, repairs: [] };
  const asker = rotation ? { rotationId: rotation.rotationId } : {};
  const as = { actor: 'reconciler', reason: `${deciderOf(before)} refused it`, ...asker };
  const repairs: Repair[] = [];
  let gateway = before;
  for (const one of due)
    try {
      gateway = await verifyRefusal(needs, gateway, one, as);
      repairs.push({ gatewayId, what: 'CONFIRMED', why: `${deciderOf(gateway)} refuses ${one.credentialId}` });
    } catch (error) {
      if (error instanceof RotationPreempted) break; // a rotation began in this moment: the next round sees to it
      repairs.push({ gatewayId, what: 'FAILED', why: reasonOf(error) });
    }
  if (repairs.some(({ what }) => what === 'CONFIRMED')) await releaseLabels(needs, gateway);
  return { gateway, repairs };
};

/** For people and for the log. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
