import { deciderOf } from '../../domain/authority.ts';
import { quietBreaks } from '../../domain/causes.ts';
import { deadlineAct, deadlineTexts } from '../../domain/deadline.ts';
import { leftToRetire } from '../../domain/decision.ts';
import {
  escalationFromMs,
  type Gateway,
  isSettled,
  liveCredential,
  type Rotation,
  refusedEverywhereAtMs,
} from '../../domain/gateway.ts';
import { blockers, type EvidenceSummary, judgeRevocation } from '../../domain/may-revoke.ts';
import { nextStage } from '../../domain/next-stage.ts';
import { isInWaves } from '../../domain/waves.ts';
import { inFull } from './labels.ts';
import type { Ahead, Waiting } from './views.ts';
import { waveAhead, waveWaits } from './wave-waits.ts';

/** What the gateway's rotation waits for now: by the same rules that let it go on. Empty when none runs. */
export const waitsFor = (gateway: Gateway, summary: EvidenceSummary, nowMs: number): readonly Waiting[] => {
  const { rotation } = gateway;
  if (!rotation) return [];
  switch (nextStage(gateway, nowMs)) {
    case 'RotationHeld':
      return [{ text: `A person has to decide: ${rotation.held?.actor} held it (${rotation.held?.reason}).` }];
    case 'CreateCredential':
      if (rotation.rolledBack) return [{ text: `AWSCURRENT is being moved back to ${rotation.targetId}.` }];
      return rotation.driver === 'secrets-manager' && rotation.handOverByMs !== undefined
        ? [{ text: 'Secrets Manager creates the new credential.', untilAtMs: rotation.handOverByMs }]
        : [{ text: 'The new credential is being created and proven.' }];
    case 'DistributeCredential':
      return [{ text: `Credential ${rotation.targetId} is being given to the kits.` }];
    case 'RevokeCredential':
      return [revoking(gateway, rotation)];
    case 'ConfirmRevoked':
      return [{ text: `Whether what was revoked is refused is being asked of ${deciderOf(gateway)}.` }];
    default:
      if (isInWaves(rotation)) return waveWaits(rotation.waves);
      return verifying(gateway, rotation, summary, nowMs);
  }
};

/** What a rotation that was completed by force has left for people. */
export const keptBehind = (
  { laggards, kits }: Pick<EvidenceSummary, 'laggards' | 'kits'>,
  targetId: string | undefined,
): readonly Waiting[] => [
  {
    text: `${laggards} of ${kits} kits were not seen on ${targetId ?? 'the new credential'}: what they use instead is refused. Start a rotation, which gives them a new one, or give them ${targetId ?? 'it'} by hand.`,
  },
];

/** A force is acted on when the execution looks at the record next. */
const revoking = (gateway: Gateway, rotation: Rotation): Waiting => {
  const left = leftToRetire(gateway, rotation).join(', ');
  if (!rotation.forced || rotation.stage === 'VERIFIED') return { text: `${left} is being revoked.` };
  const untilAtMs = rotation.forced.atMs + gateway.policy.longestWaitSeconds * 1000;
  return { text: `${left} is still accepted, and is revoked by force when the execution looks next.`, untilAtMs };
};

const verifying = (
  gateway: Gateway,
  rotation: Rotation,
  summary: EvidenceSummary,
  nowMs: number,
): readonly Waiting[] => {
  const waits = judgeRevocation(gateway, summary, nowMs).blockers.flatMap((blocker): readonly Waiting[] => {
    switch (blocker.code) {
      case 'LAGGARDS':
        return [{ text: `${blocker.count} of ${summary.kits} kits have not moved yet.` }];
      case 'NOT_QUIET':
        return quietWaits(gateway, rotation, blocker.quietAtMs);
      case 'CURRENT_MOVED':
        return [
          {
            text: `AWSCURRENT was moved to version ${blocker.versionId}, which holds ${blocker.credentialId}: what it names is not revoked. Move it to the version of ${rotation.targetId}, or roll back.`,
          },
        ];
      default:
        return [{ text: blockers[blocker.code] }];
    }
  });
  const propagating = gateway.revoked
    .filter((one) => !isSettled(one))
    .map((one) => ({
      text: `${one.credentialId} is revoked, and refused everywhere once the propagation bound has passed.`,
      untilAtMs: refusedEverywhereAtMs(gateway, one),
    }));
  const all = [...waits, ...propagating];
  return all.length > 0 ? all : [{ text: 'Everything is proven; the next pass revokes.' }];
};

/** A compromised credential is not waited for: it ends at its own time. */
const quietWaits = (gateway: Gateway, rotation: Rotation, quietAtMs: number): readonly Waiting[] => {
  const quieting = leftToRetire(gateway, rotation).filter((id) => !liveCredential(gateway, id)?.compromised);
  if (quieting.length === 0) return [];
  const again = rotation.quietBroken
    ? ` It began again at ${inFull(rotation.quietBroken.atMs)}: ${quietBreaks[rotation.quietBroken.why].replace(/^[A-Z]/, (first) => first.toLowerCase())}`
    : '';
  if (rotation.quietSinceMs === undefined)
    return [{ text: `The recording of use has to be proven; then the quiet window begins.${again}` }];
  const since = inFull(quietAtMs - gateway.policy.quietWindowSeconds * 1000);
  const unused = `${quieting.join(', ')} has to stay unused for the whole quiet window, which is watched and counted since ${since}.`;
  return [{ text: `${unused}${again}`, untilAtMs: quietAtMs }];
};

/** What the system does by itself, in the order of its times; the past is left out. */
export const aheadOf = (
  gateway: Gateway,
  summary: EvidenceSummary,
  nextScheduledAtMs: number | undefined,
  nowMs: number,
): readonly Ahead[] =>
  [
    ...endsAhead(gateway),
    ...(gateway.rotation ? rotationAhead(gateway, gateway.rotation, summary, nowMs) : []),
    ...(nextScheduledAtMs === undefined
      ? []
      : [{ text: 'By then the schedule begins the next rotation.', atMs: nextScheduledAtMs }]),
  ]
    .filter(({ atMs }) => atMs > nowMs)
    .toSorted((one, other) => one.atMs - other.atMs);

/** Compromised credentials end at their time, held or not. */
const endsAhead = ({ live }: Gateway): readonly Ahead[] =>
  live.flatMap(({ credentialId, compromised }) => {
    if (!compromised) return [];
    const text = `${credentialId}, compromised, is refused; kits without the new credential are cut off, and their owners paged.`;
    return [{ text, atMs: compromised.rejectAfterMs }];
  });

/** A held rotation does nothing by itself. In a compromise owners are paged at once, and not reminded after days. */
const rotationAhead = (
  gateway: Gateway,
  rotation: Rotation,
  summary: EvidenceSummary,
  nowMs: number,
): readonly Ahead[] => {
  if (rotation.held) return [];
  const { policy } = gateway;
  const { escalationLevel, handOverByMs } = rotation;
  const escalationMs = (seconds: number): number => escalationFromMs(rotation) + seconds * 1000;
  const isUrgent = rotation.trigger === 'compromise';
  const retiring = leftToRetire(gateway, rotation);
  const { earliestAtMs } = judgeRevocation(gateway, summary, nowMs);
  return [
    ...(handOverByMs === undefined
      ? []
      : [{ text: 'The reconciler takes over, should Secrets Manager not have finished.', atMs: handOverByMs }]),
    ...(earliestAtMs !== undefined && retiring.length > 0
      ? [{ text: `${retiring.join(', ')} is revoked, unless somebody uses it.`, atMs: earliestAtMs }]
      : []),
    ...(isInWaves(rotation) ? waveAhead(rotation.waves) : []),
    ...(escalationLevel < 1 && !isUrgent
      ? [{ text: 'The owners of late kits are reminded.', atMs: escalationMs(policy.remindAfterSeconds) }]
      : []),
    ...(escalationLevel < 2 && !isUrgent
      ? [{ text: 'Late kits are escalated.', atMs: escalationMs(policy.escalateAfterSeconds) }]
      : []),
    ...(escalationLevel < 3
      ? [{ text: `The deadline: ${deadlineTexts[deadlineAct(gateway).kind]}.`, atMs: rotation.deadlineAtMs }]
      : []),
  ];
};
