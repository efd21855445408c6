import { type Asked, pressCommand, withinSecondsOf } from '../../compromise/press-command.ts';
import { type Gateway, liveCredential, propagationBoundMs } from '../../domain/gateway.ts';
import { type CredentialId, noRotation } from '../../domain/ids.ts';
import { namedAtMost } from '../../domain/retiring-use.ts';
import { sparedBy } from '../../domain/spared.ts';
import { transition } from '../../domain/transition.ts';
import type { JudgedKit } from './kit-rows.ts';
import type { CompromisePreview, CutOff, CutOffKit } from './views.ts';

/** How long "replace first" gives the kits where the policy gives them no time, in seconds. */
const replaceFirstSeconds = 60;

/**
 * What the button would do now, by the rule that it follows: which credentials are doomed, and which kits are cut off when
 * they are replaced first, or refused at once. A kit that uses what is not doomed already is not cut off.
 */
export const compromisePreview = (
  gateway: Gateway,
  kits: readonly JudgedKit[],
  unregistered: number,
  nowMs: number,
  asked: Asked = {},
): CompromisePreview => {
  const decision = transition(
    gateway,
    pressCommand(gateway, asked, {
      ...{ requestId: noRotation, rotationId: noRotation, actor: 'console', reason: 'preview' },
    }),
    nowMs,
  );
  const press =
    decision.kind === 'changed'
      ? decision.gateway.presses.find(({ requestId }) => requestId === noRotation)
      : undefined;
  const credentialIds = press?.credentialIds ?? [];
  const hit = press ? kits.filter((kit) => !isSafe(gateway, kit, credentialIds)) : [];
  const withinSeconds = withinSecondsOf(gateway, asked);
  return {
    ...(decision.kind === 'refused' ? { refusal: decision.message } : {}),
    credentialIds,
    ...(press?.changedNothing ? { changesNothing: true } : {}),
    ...(asked.credentialIds ? { asked: asked.credentialIds } : {}),
    spared: sparedBy(gateway, new Set(credentialIds)),
    notOurs: gateway.live.filter(({ origin }) => origin.kind === 'foreign').map(({ credentialId }) => credentialId),
    ...(press?.preempted ? { preempts: press.preempted } : {}),
    propagationBoundSeconds: propagationBoundMs(gateway, nowMs) / 1000,
    ...{ kits: kits.length, unregistered },
    asPressed: cutOff(hit, withinSeconds, nowMs),
    replaceFirst: cutOff(hit, withinSeconds > 0 ? withinSeconds : replaceFirstSeconds, nowMs),
    refuseNow: cutOff(hit, 0, nowMs),
  };
};

/** It was seen on a credential that stays, and nothing of it on one that is doomed. */
const isSafe = (gateway: Gateway, { verdict }: JudgedKit, doomed: readonly CredentialId[]): boolean => {
  const target = gateway.rotation?.targetId;
  return (
    target !== undefined &&
    !doomed.includes(target) &&
    liveCredential(gateway, target) !== undefined &&
    verdict?.kind === 'UPDATED'
  );
};

const cutOff = (kits: readonly JudgedKit[], withinSeconds: number, nowMs: number): CutOff => {
  const found = kits.flatMap(({ kit, uses }): CutOffKit[] => {
    const why =
      withinSeconds === 0
        ? 'AT_ONCE'
        : kit.traits.installedBy === 'owner'
          ? 'OWNER_INSTALLS'
          : kit.traits.propagationSeconds > withinSeconds
            ? 'SLOW'
            : undefined;
    const isInUse = uses.some(({ lastUsedAtMs }) => lastUsedAtMs >= nowMs - kit.lookBackSeconds * 1000);
    return why ? [{ kitId: kit.kitId, owner: kit.owner, why, isInUse }] : [];
  });
  return {
    rejectWithinSeconds: withinSeconds,
    total: found.length,
    inUse: found.filter(({ isInUse }) => isInUse).length,
    kits: found.toSorted((one, other) => Number(other.isInUse) - Number(one.isInUse)).slice(0, namedAtMost),
  };
};
