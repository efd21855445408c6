import {
  type By,
  by,
  type Decision,
  endRotation,
  isRefusal,
  leftToConfirm,
  leftToRevoke,
  record,
  refuse,
  running,
  unchanged,
} from './decision.ts';
import { type Gateway, hasReached, liveCredential, type RevocationCause } from './gateway.ts';
import type { CredentialId, RotationId } from './ids.ts';
import { moveToRevoked } from './revoke.ts';

type OfRotation = By & { readonly rotationId: RotationId };

/** Ends a rotation whose every retiring credential was seen refused and whose kits all moved, or were given up by force. */
export type Complete = OfRotation & { readonly kind: 'complete' };
export const complete = (gateway: Gateway, command: Complete, nowMs: number): Decision => {
  const ended = gateway.ended.find((one) => one.rotationId === command.rotationId)?.outcome;
  if (ended && ended !== 'FAILED' && ended !== 'PREEMPTED') return unchanged;
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  if (rotation.stage !== 'VERIFIED' && !(rotation.forced && hasReached(rotation, 'DISTRIBUTED')))
    return refuse('WRONG_STAGE', `Rotation ${rotation.rotationId} is at ${rotation.stage}: its kits are not verified.`);
  const live = leftToRevoke(gateway, rotation);
  if (live.length > 0) return refuse('STILL_LIVE', `Still accepted: ${live.join(', ')}.`);
  const unconfirmed = leftToConfirm(gateway);
  if (unconfirmed.length > 0)
    return refuse('NOT_CONFIRMED', `Revoked but not yet seen refused: ${unconfirmed.join(', ')}.`);
  const { rotation: _, probe: _p, ...rest } = gateway;
  const forced = rotation.stage === 'VERIFIED' ? undefined : rotation.forced; // a force that nothing needed
  const outcome = rotation.rolledBack ? 'ROLLED_BACK' : forced ? 'COMPLETED_BY_FORCE' : 'COMPLETED';
  // Where nothing was retired nobody was cut off, and yet the kits may lack the credential.
  const late = rotation.retireIds.length > 0 ? forced?.kits : forced && rotation.kitSummary?.laggards;
  const behind = late ? { kitsBehind: late } : {};
  return record({ ...rest }, endRotation(gateway, outcome, nowMs, behind), nowMs, {
    kind: 'complete',
    ...by(command),
    rotationId: rotation.rotationId,
    detail: { outcome, retired: rotation.retireIds, ...(rotation.forced ? { forced: true } : {}), ...behind },
  });
};

/** Gives a rotation up, unless it is held: that is a person's to decide. A credential that was never promoted is revoked; else it stays live and the next rotation retires it. */
export type Fail = OfRotation & { readonly kind: 'fail' };
export const fail = (gateway: Gateway, command: Fail, nowMs: number): Decision => {
  if (gateway.ended.some((one) => one.rotationId === command.rotationId)) return unchanged;
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  if (rotation.held)
    return refuse('HELD', `Rotation ${rotation.rotationId} is held by ${rotation.held.actor}: resume it first.`);
  const target = liveCredential(gateway, rotation.targetId);
  const unused =
    target?.origin.kind === 'minted' &&
    target.origin.rotationId === rotation.rotationId &&
    !rotation.rolledBack &&
    !hasReached(rotation, 'PROMOTING');
  const causes = new Map<CredentialId, RevocationCause>(
    target && unused ? [[target.credentialId, 'NEVER_DISTRIBUTED']] : [],
  );
  const { rotation: _, probe: _p, ...rest } = gateway;
  return record(
    { ...rest },
    { ...moveToRevoked(gateway, causes, rotation.rotationId, nowMs), ...endRotation(gateway, 'FAILED', nowMs) },
    nowMs,
    {
      kind: 'fail',
      ...by(command),
      rotationId: rotation.rotationId,
      ...(target ? { credentialIds: [target.credentialId] } : {}),
      detail: { ownCredential: target ? (unused ? 'REVOKED' : 'STAYS_LIVE') : 'NONE', stage: rotation.stage },
    },
  );
};
