import { type Gateway, hasReached, type Rotation } from '../../domain/gateway.ts';
import { hasLabels, type Labels, labelsText } from '../../domain/labels.ts';
import type { SecretTrouble } from '../../domain/secret-troubles.ts';
import { isInWaves } from '../../domain/waves.ts';
import { paged } from './paging.ts';
import {
  type CredentialSummary,
  type GatewayRow,
  type GatewayState,
  type GatewaysView,
  gatewayStates,
  type Phase,
  phases,
  type RotationSummary,
  type StepLook,
} from './views.ts';

/** How a gateway stands, by its record alone. */
export const stateOf = ({ retiredAtMs, rotation, live, ended, kitsBehind, keysEnding }: Gateway): GatewayState => {
  if (retiredAtMs !== undefined) return 'RETIRED';
  if (rotation?.trigger === 'compromise' || live.some(({ compromised }) => compromised)) return 'COMPROMISED';
  if (rotation?.held) return 'HELD';
  if (rotation && (rotation.escalationLevel > 0 || rotation.failedAttempts > 0)) return 'LATE';
  if (rotation) return keysEnding ? 'KEYS_ENDING' : 'ROTATING';
  if (live.length === 0) return 'NO_CREDENTIAL';
  if (kitsBehind || ended.at(-1)?.kitsBehind) return 'BEHIND';
  if (ended.at(-1)?.outcome === 'FAILED') return 'FAILED';
  return keysEnding ? 'KEYS_ENDING' : 'AT_REST';
};

/** The same with what Secrets Manager says: a gateway that nothing else holds up is not well while its secret is not. */
export const stateWith = (state: GatewayState, troubles: readonly SecretTrouble[]): GatewayState => {
  const isLost = troubles.some(({ code }) => code === 'VALUES_LOST');
  if (isLost && !(state === 'COMPROMISED' || state === 'HELD' || state === 'RETIRED')) return 'VALUES_LOST';
  const isWell = state === 'AT_REST' || state === 'ROTATING' || state === 'KEYS_ENDING';
  return troubles.length > 0 && isWell ? 'SECRET_TROUBLE' : state;
};

const phaseOf = (rotation: Rotation): Phase => {
  if (!hasReached(rotation, 'PROMOTED')) return 'create';
  if (!hasReached(rotation, 'DISTRIBUTED')) return 'distribute';
  return rotation.stage === 'VERIFIED' || rotation.forced ? 'revoke' : 'verify';
};

/** How the steps stand: `failing` kits could not be given the credential, and what was forced was not proven. */
export const stepsOf = (rotation: Rotation, failing: number): Readonly<Record<Phase, StepLook>> => {
  const at = phases.indexOf(phaseOf(rotation));
  const done: Readonly<Record<Phase, StepLook>> = {
    create: 'DONE',
    distribute: failing > 0 ? 'DONE_WITH_FAILURES' : 'DONE',
    verify: rotation.stage === 'VERIFIED' ? 'DONE' : 'FORCED',
    revoke: 'DONE',
  };
  const look = (phase: Phase): StepLook =>
    phases.indexOf(phase) < at ? done[phase] : phases.indexOf(phase) === at ? 'NOW' : 'TO_COME';
  return { create: look('create'), distribute: look('distribute'), verify: look('verify'), revoke: look('revoke') };
};

/** Absent before there is anything to watch. */
const quietOf = ({ quietSinceMs, watchedAtMs, quietBroken }: Rotation): RotationSummary['quiet'] => {
  if (quietSinceMs === undefined && !quietBroken) return undefined;
  return {
    ...(quietSinceMs === undefined ? {} : { sinceAtMs: quietSinceMs }),
    ...(watchedAtMs === undefined ? {} : { watchedAtMs }),
    ...(quietBroken ? { beganAgain: quietBroken } : {}),
  };
};

const waveOf = (rotation: Rotation): Pick<RotationSummary, 'wave'> => {
  if (!isInWaves(rotation)) return {};
  const { number, plan, phase } = rotation.waves;
  return { wave: { number, of: plan.length, ...(phase === 'GOING_BACK' ? { isGoingBack: true } : {}) } };
};

/** The running rotation as it is shown. */
export const rotationSummary = (rotation: Rotation): RotationSummary => {
  const { rotationId, trigger, stage, begun, deadlineAtMs, attempt, failedAttempts, retireIds } = rotation;
  const { targetId, held, rolledBack, forced, kitSummary } = rotation;
  const quiet = quietOf(rotation);
  return {
    ...{
      rotationId,
      trigger,
      stage,
      phase: phaseOf(rotation),
      begun,
      deadlineAtMs,
      attempt,
      failedAttempts,
      retireIds,
    },
    ...(targetId ? { targetId } : {}),
    ...waveOf(rotation),
    ...(held ? { held } : {}),
    ...(rolledBack ? { rolledBack } : {}),
    ...(forced ? { forced } : {}),
    ...(quiet ? { quiet } : {}),
    ...(kitSummary
      ? { progress: { kits: kitSummary.kits, updated: kitSummary.kits - kitSummary.laggards, atMs: kitSummary.atMs } }
      : {}),
  };
};

const credentialSummaries = ({ live }: Gateway): readonly CredentialSummary[] =>
  live.map(({ credentialId, stage, createdAtMs, origin, compromised }) => ({
    ...{ credentialId, stage, createdAtMs, isForeign: origin.kind === 'foreign' },
    ...(compromised ? { rejectAfterAtMs: compromised.rejectAfterMs } : {}),
  }));

/** One gateway in the list, from its record alone: no kit is read for it. */
const gatewayRow = (gateway: Gateway): GatewayRow => {
  const { gatewayId, labels, rotation } = gateway;
  return {
    ...(labels ? { labels } : {}),
    ...{ gatewayId, state: stateOf(gateway), credentials: credentialSummaries(gateway) },
    ...(rotation ? { rotation: rotationSummary(rotation) } : {}),
    ...(rotation?.kitSummary?.worst ? { worstLaggard: rotation.kitSummary.worst } : {}),
  };
};

/** What of the list is asked for: a part of the name or of a label, all of the labels, a state, a page. */
export type GatewaysQuery = {
  readonly filter: string;
  readonly labels: Labels;
  readonly state: GatewayState | undefined;
  readonly page: number;
  readonly size: number | undefined;
};

/** Gateways on one page; as many schedules are looked up for it. */
const gatewaysPageSize = 25;

/** The page of the list that is asked for: those first that need a person, then by name. */
export const gatewaysView = (gateways: readonly Gateway[], query: GatewaysQuery, nowMs: number): GatewaysView => {
  const states = new Map(gateways.map((gateway) => [gateway, stateOf(gateway)]));
  const stateFor = (gateway: Gateway): GatewayState => states.get(gateway) ?? 'AT_REST';
  const counts: Partial<Record<GatewayState, number>> = {};
  for (const state of states.values()) counts[state] = (counts[state] ?? 0) + 1;
  const found = gateways
    .filter(
      (gateway) =>
        [gateway.gatewayId, labelsText(gateway.labels)].some((text) =>
          text.toLowerCase().includes(query.filter.toLowerCase()),
        ) &&
        hasLabels(gateway.labels, query.labels) &&
        (query.state === undefined || stateFor(gateway) === query.state),
    )
    .toSorted(
      (one, other) =>
        gatewayStates.indexOf(stateFor(one)) - gatewayStates.indexOf(stateFor(other)) ||
        (one.gatewayId < other.gatewayId ? -1 : 1),
    );
  const { page, items } = paged(found, query.page, query.size ?? gatewaysPageSize);
  return {
    ...{ view: 'gateways', nowMs, filter: query.filter, counts, page },
    ...(Object.keys(query.labels).length > 0 ? { labels: labelsText(query.labels) } : {}),
    ...(query.state ? { state: query.state } : {}),
    rows: items.map(gatewayRow),
  };
};
