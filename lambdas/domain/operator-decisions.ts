import { type By, by, type Decision, isRefusal, leftToRetire, record, refuse, running, unchanged } from './decision.ts';
import { type Gateway, hasReached, liveCredential, type RevocationCause, type Rotation } from './gateway.ts';
import type { CredentialId, KitId, RotationId } from './ids.ts';
import { onlyRetires } from './retire-credential.ts';
import { moveToRevoked } from './revoke.ts';
import { resumedWaves } from './wave-commands.ts';

type OfRotation = By & { readonly rotationId: RotationId };

/** What an operator, or the policy in his place, decides about a rotation in progress. */
export type Hold = OfRotation & { readonly kind: 'hold' };
export type Resume = OfRotation & { readonly kind: 'resume' };
export type Extend = OfRotation & { readonly kind: 'extend'; readonly deadlineAtMs: number };
export type RollBack = OfRotation & { readonly kind: 'roll-back' };
/** What a person decided about one kit: the kit's own item holds its effect, the record that it was said. */
export type KitDecided = By & {
  readonly kind: 'acknowledge-kit' | 'retry-kit';
  readonly kitId: KitId;
  readonly credentialId: CredentialId;
};
export const kitDecided = (gateway: Gateway, command: KitDecided, nowMs: number): Decision =>
  record(gateway, {}, nowMs, {
    ...by(command),
    kind: command.kind,
    credentialIds: [command.credentialId],
    detail: { kitId: command.kitId },
  });

/** A person declares an address or a node of a kit gone: the kit's own item holds it, the record that it was said. */
export type RetireSource = By & { readonly kind: 'retire-source'; readonly kitId: KitId; readonly source: string };
export const retireSource = (gateway: Gateway, command: RetireSource, nowMs: number): Decision =>
  record(gateway, {}, nowMs, {
    ...by(command),
    kind: 'retire-source',
    detail: { kitId: command.kitId, source: command.source },
  });

/** A stuck AWSPENDING was taken off the secret: no rotation changes by it. */
export type Repair = By & { readonly kind: 'repair' };
export const repair = (gateway: Gateway, command: Repair, nowMs: number): Decision =>
  record(gateway, {}, nowMs, { ...by(command), kind: 'repair' });

/** Nothing is revoked while a rotation is held, except what is compromised (invariant 7). */
export const hold = (gateway: Gateway, command: Hold, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  if (rotation.held) return unchanged;
  const held = { ...by(command), atMs: nowMs };
  return record(gateway, { rotation: { ...rotation, held } }, nowMs, { ...by(command), kind: 'hold' });
};

/** Goes on with a held rotation and forgives its failed attempts; after the deadline with a new one, and the escalation anew. */
export const resume = (gateway: Gateway, command: Resume, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  if (!rotation.held) return unchanged;
  const { held: _, untold, ...rest } = rotation;
  const deadlineAtMs = nowMs + gateway.policy.deadlineSeconds * 1000;
  const asBefore = untold ? { untold } : {};
  const anew =
    nowMs < rest.deadlineAtMs ? asBefore : ({ escalationLevel: 0, deadlineAtMs, resumedAtMs: nowMs } as const);
  return record(
    gateway,
    { rotation: { ...rest, failedAttempts: 0, ...anew, ...resumedWaves(rotation, nowMs) } },
    nowMs,
    {
      ...by(command),
      kind: 'resume',
      ...(nowMs < rest.deadlineAtMs ? {} : { detail: { deadlineAtMs } }),
    },
  );
};

/** Moves the deadline to a later time; the time of a compromised credential's end is another one and never moves. */
export const extend = (gateway: Gateway, command: Extend, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  if (command.deadlineAtMs === rotation.deadlineAtMs) return unchanged;
  if (command.deadlineAtMs < rotation.deadlineAtMs || command.deadlineAtMs <= nowMs)
    return refuse(
      'DEADLINE_NOT_LATER',
      `The deadline is ${new Date(rotation.deadlineAtMs).toISOString()}; ${new Date(command.deadlineAtMs).toISOString()} does not extend it.`,
    );
  const escalationLevel = rotation.escalationLevel === 3 ? 2 : rotation.escalationLevel;
  return record(gateway, { rotation: { ...rotation, deadlineAtMs: command.deadlineAtMs, escalationLevel } }, nowMs, {
    ...by(command),
    kind: 'extend',
    detail: { deadlineAtMs: command.deadlineAtMs },
  });
};

/**
 * Old and new exchange roles: AWSCURRENT goes back first, then the kits, and the new credential is retired under the
 * same rule as any other, with a deadline of its own; what is compromised stays on its way out. Refused once a
 * predecessor was revoked, and never back to a compromised credential.
 */
export const rollBack = (gateway: Gateway, command: RollBack, nowMs: number): Decision => {
  if (gateway.ended.some((one) => one.rotationId === command.rotationId && one.outcome === 'ROLLED_BACK'))
    return unchanged;
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  if (rotation.rolledBack) return unchanged;
  if (leftToRetire(gateway, rotation).length < rotation.retireIds.length)
    return refuse(
      'REVOKE_BEGUN',
      `Rotation ${rotation.rotationId} has revoked a predecessor already: it can only go forward.`,
    );
  if (rotation.trigger === 'compromise' || liveCredential(gateway, rotation.fromCredentialId)?.compromised)
    return refuse(
      'COMPROMISED',
      `Rotation ${rotation.rotationId} leaves a compromised credential: nothing goes back to it.`,
    );
  if (!hasReached(rotation, 'PROMOTING')) return undo(gateway, rotation, command, nowMs);
  const { targetId: _t, ...untargeted } = rotation;
  if (onlyRetires(rotation)) return undo(gateway, untargeted, command, nowMs); // nothing was made: nothing goes
  const back = liveCredential(gateway, rotation.fromCredentialId);
  if (!back || !rotation.targetId)
    return refuse(
      'NOTHING_TO_ROLL_BACK_TO',
      `Rotation ${rotation.rotationId} began without a credential to go back to.`,
    );
  const generation = gateway.generation + 1;
  const rolledBack = { ...by(command), atMs: nowMs };
  const doomed = leftToRetire(gateway, rotation).filter((id) => liveCredential(gateway, id)?.compromised);
  const retireIds = [rotation.targetId, ...doomed];
  const roles = { targetId: back.credentialId, retireIds, stage: 'ACCEPTED', generation } as const;
  const escalation = { escalationLevel: 0, deadlineAtMs: nowMs + gateway.policy.deadlineSeconds * 1000 } as const;
  const { probe: _, ...unprobed } = gateway;
  return record(
    unprobed,
    { generation, rotation: { ...turned(rotation), ...roles, ...escalation, rolledBack } },
    nowMs,
    {
      ...by(command),
      kind: 'roll-back',
      credentialIds: [back.credentialId],
    },
  );
};

/** What a rotation keeps when it is turned: nothing that was decided, seen or proven about the way forward. The workflow takes it back. */
const turned = ({
  quietSinceMs: _q,
  distributedAtMs: _d,
  kitSummary: _k,
  forced: _f,
  held: _h,
  handOverByMs: _o,
  untold: _u,
  waves: _w,
  ...rest
}: Rotation): Rotation => ({ ...rest, driver: 'workflow' });

/** Nothing was handed out yet: the new credential is revoked at once, and the rotation ends when it was seen refused (invariant 8). */
const undo = (gateway: Gateway, rotation: Rotation, command: RollBack, nowMs: number): Decision => {
  const doomed = leftToRetire(gateway, rotation).filter((id) => liveCredential(gateway, id)?.compromised);
  if (doomed.length > 0)
    return refuse(
      'COMPROMISED',
      `Rotation ${rotation.rotationId} retires ${doomed.join(', ')}, compromised: it goes forward, or is held.`,
    );
  const { targetId, ...rest } = turned(rotation);
  const causes = new Map<CredentialId, RevocationCause>(targetId ? [[targetId, 'NEVER_DISTRIBUTED']] : []);
  const rolledBack = { ...by(command), atMs: nowMs };
  const changes = {
    ...moveToRevoked(gateway, causes, rotation.rotationId, nowMs),
    rotation: { ...rest, rolledBack, retireIds: [], stage: 'VERIFIED' } as const,
  };
  return record(gateway, changes, nowMs, {
    ...by(command),
    kind: 'roll-back',
    ...(targetId ? { credentialIds: [targetId] } : {}),
    detail: { undone: true },
  });
};
