import { triggers } from '../../domain/causes.ts';
import { codesOf } from '../../domain/codes.ts';
import type { Gateway, Transition, Trigger } from '../../domain/gateway.ts';
import { beginnings, outcomeOf } from '../../domain/rotation-outcome.ts';
import { paged } from './paging.ts';
import type { HistoryEntry, HistoryStep, HistoryView } from './views.ts';

/** Transitions put together by rotation, newest first; what belongs to none stands alone. */
export const historyOf = (transitions: readonly Transition[], gateway: Gateway): readonly HistoryEntry[] => {
  const inOrder = transitions.toSorted((one, other) => one.revision - other.revision);
  const groups = Map.groupBy(inOrder, ({ rotationId, revision }) => rotationId ?? `#${revision}`);
  return [...groups.values()].map((steps) => entryOf(steps, gateway)).toReversed();
};

const entryOf = (steps: readonly Transition[], gateway: Gateway): HistoryEntry => {
  const first = steps.find(({ kind }) => beginnings.has(kind)) ?? steps[0];
  const rotationId = first?.rotationId;
  const { outcome, endedAtMs } = outcomeOf(steps, gateway, rotationId);
  const trigger = first?.kind === 'compromise' ? 'compromise' : triggerIn(first);
  return {
    ...(rotationId ? { rotationId } : {}),
    ...(rotationId && trigger ? { trigger } : {}),
    begun: { actor: first?.actor ?? '', reason: first?.reason ?? '', atMs: first?.atMs ?? 0 },
    ...(endedAtMs === undefined || outcome === 'RUNNING' ? {} : { endedAtMs }),
    ...(outcome ? { outcome } : {}),
    steps: steps.map(stepOf),
  };
};

const triggerIn = (begin: Transition | undefined): Trigger | undefined =>
  codesOf(triggers).find((trigger) => trigger === begin?.detail?.trigger);

const stepOf = ({ revision, kind, atMs, actor, reason, credentialIds, detail }: Transition): HistoryStep => ({
  ...{ revision, kind, atMs, actor, reason, credentialIds: credentialIds ?? [], detail: detail ?? {} },
  ...lookOf(kind, detail ?? {}),
});

/** By the numbers and causes that the entry itself carries. */
const lookOf = (
  kind: string,
  { failed, forced, causes }: NonNullable<Transition['detail']>,
): Pick<HistoryStep, 'look'> => {
  if (kind === 'distributed' && typeof failed === 'number' && failed > 0) return { look: 'DONE_WITH_FAILURES' };
  const isByForce = kind === 'revoke' && JSON.stringify(causes ?? {}).includes('"FORCED"');
  return isByForce || (kind === 'complete' && forced === true) ? { look: 'FORCED' } : {};
};

/** Entries on one page of the record. */
const historyPageSize = 20;

/** The page of the record that is asked for. */
export const historyView = (
  gateway: Gateway,
  transitions: readonly Transition[],
  asked: number,
  nowMs: number,
): HistoryView => {
  const { page, items } = paged(historyOf(transitions, gateway), asked, historyPageSize);
  return { view: 'history', nowMs, gatewayId: gateway.gatewayId, page, entries: items };
};
