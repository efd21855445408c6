import { compromisePreview } from '../../lambdas/console/view/compromise-preview.ts';
import { type GatewayFacts, gatewayView, unregisteredUses } from '../../lambdas/console/view/gateway-view.ts';
import { gatewaysView, rotationSummary, stateOf } from '../../lambdas/console/view/gateways-view.ts';
import { historyView } from '../../lambdas/console/view/history.ts';
import { judgeKits, kitRow } from '../../lambdas/console/view/kit-rows.ts';
import { newsView } from '../../lambdas/console/view/news.ts';
import { type ActView, type GatewayView, gatewayActs, type View } from '../../lambdas/console/view/views.ts';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import type { CredentialId, KitId } from '../../lambdas/domain/ids.ts';
import type { NewsEntry } from '../../lambdas/domain/news.ts';
import type { Plan } from '../../lambdas/domain/plan.ts';
import { kitsInUse } from './fleet.ts';
import {
  allGateways,
  allKits,
  atRest,
  compromised,
  everyState,
  factsOf,
  failedId,
  failedTransitions,
  failingKits,
  kits,
  kitsAtRest,
  kitsWithKeys,
  minutes,
  newId,
  nowMs,
  ownKeys,
  rotating,
  transitions,
  uses,
  usesAtRest,
} from './scenes.ts';

/** A text that would break out of an element, of an attribute and of the direction of text. */
export const hostile = `"'><b>x</b><script>alert(1)</script>\u202e👩‍👩‍👧`;

/** Puts the hostile text into every text of a view that a person, a kit or a source could have chosen; codes and times stay. */
export const hostileNames = <Value>(value: Value, key = ''): Value => {
  if (typeof value === 'string') return (chosen.has(key) ? `${hostile}${value}` : value) as Value;
  if (Array.isArray(value)) return value.map((one) => hostileNames(one, key)) as Value;
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, hostileNames(one, name)])) as Value;
  return value;
};
const chosen = new Set([
  ...[
    'gatewayId',
    'kitId',
    'credentialId',
    'credentialIds',
    'retireIds',
    'targetId',
    'rotationId',
    'kitsHash',
    'subject',
    'channel',
  ],
  ...['actor', 'reason', 'owner', 'kind', 'address', 'addresses', 'text', 'why', 'message', 'failure', 'filter'],
  ...['waitsFor', 'notOurs', 'preempts', 'refusal', 'retires', 'execution', 'named', 'trigger'],
]);

const shown = (gateway: Gateway, changes: Partial<GatewayFacts> = {}): GatewayView =>
  gatewayView(factsOf(gateway, changes), allKits, nowMs);

const base = (gateway: Gateway) => ({
  view: 'act' as const,
  ...{ nowMs, gatewayId: gateway.gatewayId, state: stateOf(gateway), isAllowed: true },
  ...(gateway.rotation ? { rotation: rotationSummary(gateway.rotation) } : {}),
});

const emergency = (gateway: Gateway): ActView => {
  const judged = judgeKits(gateway, kits, uses, nowMs);
  const unregisteredSources = unregisteredUses(gateway, kits, uses).length;
  return {
    ...base(gateway),
    act: 'compromise',
    compromise: compromisePreview(gateway, judged, unregisteredSources, nowMs),
  };
};

/** 300 kits behind one gateway, of which some are late for several reasons. */
const manyKits = (): GatewayFacts => {
  const { kits: many, uses: theirs } = kitsInUse(295);
  return factsOf(rotating(), { kits: [...many, ...failingKits, ...kits.slice(-3)], uses: [...theirs, ...uses] });
};

const plan: Plan = {
  ...{ gatewayId: atRest().gatewayId, at: '2026-11-23T02:13:30.000Z', mayStart: false },
  obstacles: [{ code: 'KIT_UNREACHABLE', message: 'Kit partner-eu: it did not answer.' }],
  kits: { total: 5, inUse: 4, idle: 1, waitForPeople: 1, slow: 0, unreachable: 1, notAsked: 1 },
  readBack: { matches: 3, differs: [], moreDiffer: 0, showNothing: 0 },
  attention: [
    {
      ...{ kitId: 'partner-eu' as KitId, kind: 'kong', owner: 'partners@example.com', isIdle: false },
      ...{ evidenceNeeded: 'observed', propagationSeconds: 10, why: 'UNREACHABLE', failure: 'it did not answer.' },
    },
  ],
  ...{
    moreAttention: 0,
    unregisteredSources: 1,
    retires: ['j2oh157DT0' as CredentialId],
    notOurs: ['made-elsewhere' as CredentialId],
  },
  ownKeys: [
    { secretId: 'kits/kong/token', standing: 'ENDS_INSIDE', text: 'Secret kits/kong/token: it ends in 3 days.' },
    { secretId: 'kits/other', standing: 'NOT_KNOWN', text: 'Secret kits/other: nobody says when it ends.' },
  ],
  moreOwnKeys: { total: 3, ending: 1, notLookedAt: 2 },
  deadlineAt: '2026-11-30T02:13:30.000Z',
  atDeadline: 'hold',
};

const told: NewsEntry['news'] = {
  ...{ newsId: 'message-1', atMs: nowMs - 7_200_000, gatewayId: atRest().gatewayId, owner: 'partners@example.com' },
  ...{ kitId: 'partner-eu' as KitId, severity: 'escalation', thread: 'rotation' },
  subject: 'Escalation: kit partner-eu is still late',
  text: 'Kit partner-eu of gateway orders does not use the new credential yet.\nDo it before 2026-11-30T02:13:30.000Z.',
};
const { owner: _, kitId: __, ...ofGateway } = told;
const outbox: readonly NewsEntry[] = [
  {
    news: { ...ofGateway, severity: 'notice', signal: 'resolve', subject: 'Gateway orders: the rotation ended' },
    ...{ act: 'resolve', channel: 'on-call', channelKind: 'pagerduty', state: 'WAITING', attempts: 2 },
    ...{ nextAttemptAtMs: nowMs + 60_000, attemptedAtMs: nowMs - 60_000, failure: 'TIMEOUT' },
  },
  {
    ...{ news: told, act: 'tell', channel: 'edge-slack', channelKind: 'slack', state: 'DEAD', attempts: 1 },
    ...{ attemptedAtMs: nowMs - 7_000_000, failure: 'MESSAGE_REFUSED' },
  },
  {
    ...{ news: told, act: 'tell', channel: 'mail', channelKind: 'email', state: 'DELIVERED', attempts: 1 },
    attemptedAtMs: nowMs - 7_000_000,
  },
  { news: { ...told, severity: 'instruction' }, act: 'tell', state: 'NO_CHANNEL', attempts: 0 },
];

/** One of every view and act, in the states that look different; `changed` is applied to each. */
export const viewsOf = (changed: <Value>(value: Value) => Value = (value) => value) => {
  const [late] = judgeKits(rotating(), kits.slice(4), uses, nowMs);
  const kit = late && kitRow(late, rotating(), nowMs, () => []);
  const [failed] = judgeKits(rotating(), failingKits, [], nowMs);
  const failedKit = failed && kitRow(failed, rotating(), nowMs, () => []);
  const views = {
    gateways: gatewaysView(everyState, allGateways, nowMs),
    'nothing yet': gatewaysView([], allGateways, nowMs),
    'no gateway like that': gatewaysView(everyState, { ...allGateways, filter: 'x', state: 'HELD', page: 7 }, nowMs),
    rotating: shown(rotating()),
    'at rest': shown(atRest(), { kits: kitsAtRest, uses: usesAtRest, transitions: transitions.slice(4) }),
    'keys end': shown(atRest('orders', { keysEnding: 1 }), {
      ...{ kits: kitsWithKeys, uses: usesAtRest, ownKeys },
    }),
    compromised: shown(compromised()),
    'kits failed': shown(rotating('orders', { failedAttempts: 1 }), { kits: [...kits, ...failingKits] }),
    'only failed': gatewayView(
      factsOf(rotating(), { kits: [...kits, ...failingKits] }),
      { ...allKits, late: 'DISTRIBUTION_FAILED', part: 'kits' },
      nowMs,
    ),
    'rotation failed': shown(
      atRest('orders', { ended: [{ rotationId: failedId, outcome: 'FAILED', endedAtMs: nowMs - 5 * minutes }] }),
      {
        ...{ kits: kitsAtRest, uses: usesAtRest, transitions: failedTransitions },
      },
    ),
    'many kits': gatewayView(manyKits(), allKits, nowMs),
    held: shown(rotating('orders', { held: { actor: 'policy', reason: 'the deadline passed', atMs: nowMs - 1000 } })),
    empty: shown(atRest('orders', { live: [], revoked: [], ended: [] }), { kits: [], uses: [], transitions: [] }),
    history: historyView(rotating(), transitions, 1, nowMs),
    news: newsView(atRest().gatewayId, outbox, 1, nowMs),
    'no news': newsView(atRest().gatewayId, [], 1, nowMs),
    emergency: emergency(rotating()),
    plan: {
      view: 'plan' as const,
      nowMs,
      gatewayId: atRest().gatewayId,
      execution: 'console-1',
      status: 'READY' as const,
      plan,
    },
    'plan under way': {
      view: 'plan' as const,
      nowMs,
      gatewayId: atRest().gatewayId,
      execution: 'console-1',
      status: 'RUNNING' as const,
    },
    force: {
      ...{ ...base(rotating()), act: 'force' as const },
      force: {
        ...{
          kits: 1,
          kitsHash: 'abcdef',
          unregistered: 1,
          retires: ['j2oh157DT0' as CredentialId],
          withinSeconds: 900,
        },
        named: [{ kitId: 'partner-eu' as KitId, owner: 'partners@example.com', code: 'STILL_ON_PREDECESSOR' as const }],
      },
    },
    'retry kit': { ...base(rotating()), act: 'retry-kit' as const, ...(failedKit ? { kit: failedKit } : {}) },
    acknowledge: { ...base(rotating()), act: 'acknowledge-kit' as const, credentialId: newId, ...(kit ? { kit } : {}) },
    'retire source': {
      ...{ ...base(rotating()), act: 'retire-source' as const, source: '203.0.113.20' },
      ...(kit ? { kit } : {}),
    },
    'not allowed': { ...base(atRest()), act: 'hold' as const, isAllowed: false, why: 'No rotation runs.' },
    ...Object.fromEntries(gatewayActs.map((act) => [`form of ${act}`, { ...base(rotating()), act }])),
  } satisfies Record<string, View>;
  return changed(views);
};
