import { expectedCredential } from '../../domain/expected.ts';
import type { Gateway, Transition } from '../../domain/gateway.ts';
import type { CredentialId } from '../../domain/ids.ts';
import type { Kit, Use } from '../../domain/kit.ts';
import { type LaggardCode, laggardCodes } from '../../domain/kit-verdict.ts';
import { hasLabels, type Labels, labelsText } from '../../domain/labels.ts';
import { addShard, type EvidenceSummary, emptySummary, judgeRevocation } from '../../domain/may-revoke.ts';
import type { SeenKeys } from '../../domain/own-keys.ts';
import { namedAtMost, noRetiringUse, withRetiringUse } from '../../domain/retiring-use.ts';
import type { SecretTrouble } from '../../domain/secret-troubles.ts';
import { rotationSummary, stateOf, stateWith, stepsOf } from './gateways-view.ts';
import { historyOf } from './history.ts';
import { byLateness, isLate, type JudgedKit, judgeKits, kitRow, movesOf } from './kit-rows.ts';
import { livesOf } from './lifetimes.ts';
import { offersOf } from './offers.ts';
import { keyLinesOf, ownKeysPart } from './own-key-lines.ts';
import { paged } from './paging.ts';
import type { GatewayView, Late, Part, UseSpan } from './views.ts';
import { aheadOf, keptBehind, waitsFor } from './waits.ts';

/**
 * What was read of one gateway: `uses` of live credentials and of the last revoked, of kits all and of others the latest; on
 * live ones there are `moreUnregistered`. Transitions in any order.
 */
export type GatewayFacts = {
  readonly gateway: Gateway;
  readonly kits: readonly Kit[];
  readonly uses: readonly Use[];
  readonly moreUnregistered: number;
  readonly transitions: readonly Transition[];
  readonly nextScheduledAtMs: number | undefined;
  readonly secretTroubles: readonly SecretTrouble[];
  /** What is known of the own keys; absent before the first look. */
  readonly ownKeys?: SeenKeys;
};

/** Kits on one page. */
const kitsPageSize = 50;
const sourcesAtMost = 20;
const historyAtMost = 10;
const failedAtMost = 5;

/** Which of the kits are asked for: a part of what is shown of them, all of the labels, the owner, only late ones; a page; and which part of the view. */
export type KitsQuery = {
  readonly filter: string;
  readonly labels: Labels;
  readonly owner: string;
  readonly late: Late | undefined;
  readonly part: Part | undefined;
  readonly page: number;
  readonly size: number | undefined;
};

/** One gateway as it is shown; the query chooses among its kits. */
export const gatewayView = (facts: GatewayFacts, query: KitsQuery, nowMs: number): GatewayView => {
  const { filter, labels, owner, late, part } = query;
  const { gateway, uses, transitions, nextScheduledAtMs, secretTroubles, ownKeys } = facts;
  const strangers = unregisteredUses(gateway, facts.kits, uses);
  const judged = judgeKits(gateway, facts.kits, uses, nowMs);
  const summary = evidenceSummaryOf(gateway, judged, uses);
  const targetId = expectedCredential(gateway);
  const recorded = stateOf(gateway);
  const state = recorded === 'BEHIND' && !gateway.kitsBehind && summary.laggards === 0 ? 'AT_REST' : recorded; // they have moved since
  const keysOf = keyLinesOf(gateway, ownKeys, nowMs);
  const found = byLateness(judged.filter((one) => isAsked(one, query)));
  const { page, items } = paged(found, query.page, query.size ?? kitsPageSize);
  return {
    ...{ view: 'gateway', nowMs, gatewayId: gateway.gatewayId, revision: gateway.revision },
    state: stateWith(state, secretTroubles),
    secretTroubles,
    ...ownKeysPart(gateway, ownKeys, nowMs),
    ...(gateway.rotation
      ? {
          rotation: rotationSummary(gateway.rotation),
          steps: stepsOf(gateway.rotation, summary.failed + summary.undistributed),
        }
      : {}),
    ...(nextScheduledAtMs === undefined ? {} : { nextScheduledAtMs }),
    ...(targetId ? { targetId } : {}),
    waitsFor:
      state === 'BEHIND' && summary.laggards > 0 ? keptBehind(summary, targetId) : waitsFor(gateway, summary, nowMs),
    ahead: aheadOf(gateway, summary, nextScheduledAtMs, nowMs),
    credentials: livesOf(gateway, transitions, judgeRevocation(gateway, summary, nowMs)),
    moves: movesOf(judged, targetId),
    filter,
    ...(Object.keys(labels).length > 0 ? { labels: labelsText(labels) } : {}),
    ...(owner ? { owner } : {}),
    ...(late ? { late } : {}),
    ...(part ? { part } : {}),
    kits: {
      page,
      total: judged.length,
      updated: judged.filter(({ verdict }) => verdict?.kind === 'UPDATED').length,
      late: summary.laggards,
      attention: judged.filter(isLate).length,
      lateFor: lateForOf(judged),
      failed: byLateness(judged.filter(({ verdict }) => lateCodeOf(verdict) === 'DISTRIBUTION_FAILED'))
        .slice(0, failedAtMost)
        .map((one) => kitRow(one, gateway, nowMs, () => [])),
      rows: items.map((one) => kitRow(one, gateway, nowMs, keysOf)),
    },
    unregistered: strangers.slice(0, namedAtMost),
    moreUnregistered: Math.max(0, strangers.length - namedAtMost) + facts.moreUnregistered,
    uses: useOverTime(gateway, uses, facts.moreUnregistered),
    history: historyOf(transitions, gateway).slice(0, historyAtMost),
    offers: offersOf(gateway, nowMs),
  };
};

/** What the workflow would add up from the same kits and uses. */
const evidenceSummaryOf = (
  { rotation }: Gateway,
  kits: readonly JudgedKit[],
  uses: readonly Use[],
): EvidenceSummary => {
  const known = new Set<string>(kits.map(({ kit }) => kit.kitId));
  const verdicts = kits.flatMap(({ verdict }) => verdict ?? []);
  const retiring = uses
    .filter(({ credentialId }) => rotation?.retireIds.includes(credentialId))
    .reduce((sum, use) => withRetiringUse(sum, use, (kitId) => known.has(kitId)), noRetiringUse);
  return addShard(emptySummary, 0, verdicts, retiring);
};

const lateCodeOf = (verdict: JudgedKit['verdict']): LaggardCode | undefined =>
  verdict?.kind === 'LAGGARD' ? verdict.code : undefined;

const lateForOf = (kits: readonly JudgedKit[]): GatewayView['kits']['lateFor'] => {
  const byCode = Map.groupBy(kits, ({ verdict }) => lateCodeOf(verdict));
  return Object.fromEntries(
    laggardCodes.flatMap((code) => (byCode.has(code) ? [[code, byCode.get(code)?.length ?? 0]] : [])),
  );
};

const isAsked = (one: JudgedKit, { filter, labels, owner, late }: KitsQuery): boolean => {
  const { kit } = one;
  const texts = [kit.kitId, kit.owner, kit.kind, labelsText(kit.labels)];
  return (
    texts.some((text) => text.toLowerCase().includes(filter.toLowerCase())) &&
    hasLabels(kit.labels, labels) &&
    (owner === '' || kit.owner === owner) &&
    (late === undefined || (late === 'only' ? isLate(one) : lateCodeOf(one.verdict) === late))
  );
};

/** Uses of live credentials that no registered kit accounts for, the latest first. */
export const unregisteredUses = ({ live }: Gateway, kits: readonly Kit[], uses: readonly Use[]): readonly UseSpan[] => {
  const known = new Set<string>(kits.map(({ kitId }) => kitId));
  return uses
    .filter(
      ({ kitId, credentialId }) =>
        (kitId === undefined || !known.has(kitId)) && live.some((one) => one.credentialId === credentialId),
    )
    .toSorted((one, other) => other.lastUsedAtMs - one.lastUsedAtMs);
};

/** Who used which credential from when to when. The sources of old credentials come first: they are what a rotation waits for. */
const useOverTime = (gateway: Gateway, uses: readonly Use[], more: number): GatewayView['uses'] => {
  const target = expectedCredential(gateway);
  const sources = [...Map.groupBy(uses, ({ kitId, address }) => `${kitId ?? ''}#${address}`).values()];
  const lastOld = (spans: readonly Use[]): number =>
    spans.reduce((last, use) => (use.credentialId === target ? last : Math.max(last, use.lastUsedAtMs)), 0);
  const byCredential = [...new Set<CredentialId>(uses.map(({ credentialId }) => credentialId))].map((credentialId) => {
    const mine = uses.filter((use) => use.credentialId === credentialId);
    const lastUsedAtMs = mine.reduce((last, use) => Math.max(last, use.lastUsedAtMs), 0);
    return { credentialId, sources: mine.length, lastUsedAtMs };
  });
  const spans = sources
    .toSorted((one, other) => lastOld(other) - lastOld(one))
    .slice(0, sourcesAtMost)
    .map((source) => source.toSorted((one, other) => one.firstUsedAtMs - other.firstUsedAtMs));
  return { sources: sources.length + more, spans, byCredential };
};
