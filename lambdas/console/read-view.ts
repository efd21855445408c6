import { leftToRetire } from '../domain/decision.ts';
import { expectedCredential } from '../domain/expected.ts';
import { InputRefused } from '../domain/failure.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import type { Kit, Use } from '../domain/kit.ts';
import { noStrangers, withStranger } from '../domain/retiring-use.ts';
import { secretTroublesOf } from '../domain/secret-troubles.ts';
import { allShards } from '../domain/shards.ts';
import { confirmationFor } from '../operator/force-revocation.ts';
import { strangersIn } from '../operator/result.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { boundedMap } from '../runtime/bounded-map.ts';
import { describeIfThere } from '../workflow/shared/describe-if-there.ts';
import type { AskFor, ConsoleAsk } from './page-request.ts';
import { compromisePreview } from './view/compromise-preview.ts';
import { type GatewayFacts, gatewayView, unregisteredUses } from './view/gateway-view.ts';
import { gatewaysView, rotationSummary, stateOf, stateWith } from './view/gateways-view.ts';
import { historyView } from './view/history.ts';
import { type JudgedKit, judgeKits, kitRow } from './view/kit-rows.ts';
import { newsView } from './view/news.ts';
import { offerOf } from './view/offers.ts';
import {
  type ActView,
  type GatewaysView,
  isKitAct,
  type NewsView,
  type Offer,
  type PlanView,
  type View,
} from './view/views.ts';

/** What showing may do: it reads records, kits and use, and how secrets are described; never a value. */
export type ShowNeeds = Pick<Dependencies, 'records' | 'plans'> & {
  /** Absent where something was done: no news are shown after that. */
  readonly news?: Pick<Dependencies['news'], 'latest'>;
  readonly ownKeys: Pick<Dependencies['ownKeys'], 'of'>;
  readonly kits: Pick<Dependencies['kits'], 'ofShard'>;
  readonly uses: Pick<Dependencies['uses'], 'ofCredential'>;
  readonly secretVersions: Pick<Dependencies['secretVersions'], 'describe'>;
} & ClockAndLog;

const shardsAtOnce = 16;
const secretsAtOnce = 10;
/** How far back the timeline and the short history look, and the whole history. */
const [recentTransitions, allTransitions] = [300, 5_000];
/** How many messages to people are shown. */
const latestNews = 200;

/** The view that is asked for. Throws {@link InputRefused} for a gateway, a kit or a plan that is not there. */
export const viewOf = async (needs: ShowNeeds, ask: ConsoleAsk): Promise<View> => {
  if (ask.view === 'gateways') return showGateways(needs, ask);
  const gateway = await registered(needs, ask.gatewayId);
  switch (ask.view) {
    case 'gateway':
      return gatewayView(
        await factsOf(needs, gateway),
        { ...ask, late: ask.late, part: ask.part, size: ask.size },
        needs.now(),
      );
    case 'history':
      return historyView(gateway, await needs.records.latest(gateway, allTransitions), ask.page, needs.now());
    case 'news':
      return showNews(needs, ask);
    case 'act':
      return showAct(needs, gateway, ask);
    case 'plan':
      return showPlan(needs, ask);
  }
};

const showNews = async ({ news, now }: ShowNeeds, { gatewayId, page }: AskFor<'news'>): Promise<NewsView> => {
  if (!news) throw new InputRefused('News are shown by the function Console only.');
  return newsView(gatewayId, await news.latest(gatewayId, latestNews), page, now());
};

const registered = async ({ records }: ShowNeeds, gatewayId: GatewayId): Promise<Gateway> => {
  const gateway = await records.read(gatewayId);
  if (!gateway) throw new InputRefused(`Gateway ${gatewayId} is not registered.`);
  return gateway;
};

/** The records of all gateways, and the schedules of those that are shown. */
const showGateways = async (needs: ShowNeeds, ask: AskFor<'gateways'>): Promise<GatewaysView> => {
  const gateways = await needs.records.all();
  const view = gatewaysView(gateways, { ...ask, state: ask.state, size: ask.size }, needs.now());
  const records = new Map(gateways.map((gateway) => [gateway.gatewayId, gateway]));
  const rows = await boundedMap(view.rows, secretsAtOnce, async (row) => {
    const { nextScheduledAtMs, secretTroubles } = await secretOf(needs, records.get(row.gatewayId));
    const state = stateWith(row.state, secretTroubles);
    return { ...row, state, ...(nextScheduledAtMs === undefined ? {} : { nextScheduledAtMs }) };
  });
  return { ...view, rows };
};

/** A secret that cannot be described is not shown: nothing depends on it. */
const secretOf = async (
  { secretVersions, log }: ShowNeeds,
  gateway: Gateway | undefined,
): Promise<Pick<GatewayFacts, 'nextScheduledAtMs' | 'secretTroubles'>> => {
  if (!gateway) return { nextScheduledAtMs: undefined, secretTroubles: [] };
  try {
    const secret = await describeIfThere(secretVersions, gateway.secretArn);
    return { nextScheduledAtMs: secret?.nextRotationAtMs, secretTroubles: secretTroublesOf(gateway, secret) };
  } catch (error) {
    log('WARN', 'The schedule of a gateway could not be read.', { error: error instanceof Error ? error.name : '' });
    return { nextScheduledAtMs: undefined, secretTroubles: [] };
  }
};

/**
 * The kits of every shard, several shards at once, and their use; of everybody else's use only the latest of each credential,
 * and how many more live ones have.
 */
const kitsAndUses = async (
  { kits, uses }: ShowNeeds,
  gateway: Gateway,
): Promise<Pick<GatewayFacts, 'kits' | 'uses' | 'moreUnregistered'>> => {
  const { gatewayId, shardCount, live, revoked } = gateway;
  const found: Kit[] = [];
  await boundedMap(allShards(gateway), shardsAtOnce, async (shard) => {
    for await (const kit of kits.ofShard(gatewayId, shard, shardCount)) found.push(kit);
  });
  const known = new Set<string>(found.map(({ kitId }) => kitId));
  const ofKits: Use[] = [];
  const strangers = new Map([...live, ...revoked.slice(-1)].map(({ credentialId }) => [credentialId, noStrangers]));
  await boundedMap(allShards(gateway), shardsAtOnce, async (shard) => {
    for (const credentialId of strangers.keys())
      for await (const use of uses.ofCredential(gatewayId, credentialId, shard))
        if (use.kitId !== undefined && known.has(use.kitId)) ofKits.push(use);
        else strangers.set(credentialId, withStranger(strangers.get(credentialId) ?? noStrangers, use));
  });
  const moreUnregistered = live.reduce((more, { credentialId }) => {
    const { total, named } = strangers.get(credentialId) ?? noStrangers;
    return more + total - named.length;
  }, 0);
  const others = [...strangers.values()].flatMap(({ named }) => named);
  return { kits: found, uses: [...ofKits, ...others], moreUnregistered };
};

const factsOf = async (needs: ShowNeeds, gateway: Gateway): Promise<GatewayFacts> => {
  const [found, transitions, secret, ownKeys] = await Promise.all([
    kitsAndUses(needs, gateway),
    needs.records.latest(gateway, recentTransitions),
    secretOf(needs, gateway),
    needs.ownKeys.of(gateway.gatewayId),
  ]);
  return { gateway, ...found, transitions, ...secret, ...(ownKeys ? { ownKeys } : {}) };
};

const showAct = async (
  needs: ShowNeeds,
  gateway: Gateway,
  { act, kitId, source, credentialIds, rejectWithinSeconds }: AskFor<'act'>,
): Promise<ActView> => {
  const nowMs = needs.now();
  const { gatewayId, rotation } = gateway;
  const base = {
    view: 'act' as const,
    ...{ nowMs, gatewayId, state: stateOf(gateway) },
    ...(rotation ? { rotation: rotationSummary(rotation) } : {}),
  };
  const judged = async (): Promise<{ kits: readonly JudgedKit[]; unregistered: number }> => {
    const { kits, uses, moreUnregistered } = await kitsAndUses(needs, gateway);
    const unregistered = unregisteredUses(gateway, kits, uses).length + moreUnregistered;
    return { kits: judgeKits(gateway, kits, uses, nowMs), unregistered };
  };
  if (isKitAct(act)) {
    const { kits } = await judged();
    const found = kits.find(({ kit }) => kit.kitId === kitId);
    if (!found) throw new InputRefused(`Gateway ${gatewayId} has no kit ${kitId ?? ''}.`);
    const kit = kitRow(found, gateway, nowMs, () => []); // what it is reached with is no matter of the act
    const credentialId = expectedCredential(gateway);
    const isAllowed =
      kit.acts.includes(act) && (act !== 'retire-source' || kit.silent?.some((one) => one.source === source) === true);
    return {
      ...{ ...base, act, kit, isAllowed },
      ...(isAllowed ? {} : { why: rotation?.held && act === 'retry-kit' ? heldWords : nothingOpenWords }),
      ...(credentialId ? { credentialId } : {}),
      ...(source ? { source } : {}),
    };
  }
  const { isAllowed, why }: Offer = offerOf(act, gateway, nowMs);
  const offered = { ...base, act, isAllowed, ...(why ? { why } : {}) };
  if (act === 'compromise') {
    const { kits, unregistered } = await judged();
    const asked = { credentialIds, rejectWithinSeconds };
    const preview = compromisePreview(gateway, kits, unregistered, nowMs, asked);
    const { refusal } = preview;
    return {
      ...{ ...base, act, isAllowed: refusal === undefined, compromise: preview },
      ...(refusal ? { why: refusal } : {}),
    };
  }
  if (act === 'force' && isAllowed && rotation) {
    const { kits, kitsHash, named, ...others } = await confirmationFor(needs, gateway, rotation);
    const when = { retires: leftToRetire(gateway, rotation), withinSeconds: gateway.policy.longestWaitSeconds };
    return { ...offered, force: { kits, kitsHash, named, unregistered: strangersIn(others), ...when } };
  }
  return offered;
};

const heldWords = 'The rotation is held, and gives kits nothing until then: resume it first.';
const nothingOpenWords = 'Nothing of that kind is open for this kit now.';

const showPlan = async ({ plans, now }: ShowNeeds, ask: AskFor<'plan'>): Promise<PlanView> => {
  const state = await plans.of(ask.execution);
  if (!state) throw new InputRefused(`There is no plan ${ask.execution}: ask for one again.`);
  return { view: 'plan', nowMs: now(), gatewayId: ask.gatewayId, execution: ask.execution, ...state };
};
