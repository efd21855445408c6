import { describe, expect, it } from 'vitest';
import { readAsk } from '../../lambdas/console/page-request.ts';
import { compromisePreview } from '../../lambdas/console/view/compromise-preview.ts';
import { type GatewayFacts, gatewayView, type KitsQuery } from '../../lambdas/console/view/gateway-view.ts';
import { gatewaysView, stateOf } from '../../lambdas/console/view/gateways-view.ts';
import { historyView } from '../../lambdas/console/view/history.ts';
import { judgeKits } from '../../lambdas/console/view/kit-rows.ts';
import { offersOf } from '../../lambdas/console/view/offers.ts';
import type { Gateway, Transition } from '../../lambdas/domain/gateway.ts';
import type { CredentialId, KitId, RotationId } from '../../lambdas/domain/ids.ts';
import {
  allGateways,
  allKits,
  atRest,
  compromised,
  everyState,
  factsOf,
  kit,
  kits,
  kitsAtRest,
  minutes,
  newId,
  nowMs,
  oldId,
  rotating,
  transitions,
  uses,
  usesAtRest,
} from './scenes.ts';

const all = allGateways;
const shown = (gateway: Gateway, changes: Partial<GatewayFacts> = {}, query: KitsQuery = allKits) =>
  gatewayView(factsOf(gateway, changes), query, nowMs);

describe('the state of a gateway', () => {
  it.for(everyState.map((gateway) => [gateway.gatewayId, gateway] as const))(
    'is seen in its record: %s',
    ([id, gateway]) => {
      const expected: Readonly<Record<string, string>> = {
        ...{ catalogue: 'AT_REST', customers: 'AT_REST', orders: 'ROTATING', payments: 'HELD', partners: 'LATE' },
        ...{
          logistics: 'COMPROMISED',
          search: 'NO_CREDENTIAL',
          returns: 'FAILED',
          outlet: 'BEHIND',
          edge: 'KEYS_ENDING',
          'old-shop': 'RETIRED',
        },
      };
      expect(stateOf(gateway)).toBe(expected[id]);
    },
  );
  it('stays compromised while the run is held: nothing is worse', () => {
    const { rotation } = compromised();
    const held = { actor: 'alice', reason: 'because', atMs: nowMs };
    expect(stateOf({ ...compromised(), ...(rotation ? { rotation: { ...rotation, held } } : {}) })).toBe('COMPROMISED');
  });
  it('is late as soon as an attempt has failed or owners were reminded', () => {
    expect(stateOf(rotating('orders', { failedAttempts: 1 }))).toBe('LATE');
    expect(stateOf(atRest('orders', { kitsBehind: 1 }))).toBe('BEHIND');
    expect(stateOf(rotating('orders', { escalationLevel: 1 }))).toBe('LATE');
  });
});

describe('the list of gateways', () => {
  it('begins with those that need a person, then goes by name', () => {
    expect(gatewaysView(everyState, all, nowMs).rows.map(({ gatewayId }) => gatewayId)).toEqual([
      ...[
        'logistics',
        'payments',
        'outlet',
        'partners',
        'returns',
        'edge',
        'orders',
        'search',
        'catalogue',
        'customers',
        'old-shop',
      ],
    ]);
  });
  it('says of a running rotation how far it is and who holds it up, from the record alone', () => {
    const [row] = gatewaysView([rotating()], all, nowMs).rows;
    expect(row).toMatchObject({
      rotation: { trigger: 'manual', phase: 'verify', progress: { kits: 5, updated: 3 } },
      worstLaggard: { kitId: 'partner-eu', code: 'STILL_ON_PREDECESSOR' },
      credentials: [{ credentialId: oldId, stage: 'RETIRING' }, { credentialId: newId }],
    });
  });
  it('is filtered by name and state, and counts every gateway all the same', () => {
    const { rows, counts, page } = gatewaysView(everyState, { ...allGateways, filter: 'PA', state: 'HELD' }, nowMs);
    expect(rows.map(({ gatewayId }) => gatewayId)).toEqual(['payments']);
    expect(counts).toMatchObject({ AT_REST: 2, HELD: 1, LATE: 1 });
    expect(page.total).toBe(1);
  });
  it('has pages of 25, and a page beyond the last is the last', () => {
    const many = Array.from({ length: 51 }, (_, index) => atRest(`gateway-${100 + index}`));
    const last = gatewaysView(many, { ...all, page: 99 }, nowMs);
    expect(last.page).toEqual({ page: 3, pages: 3, pageSize: 25, total: 51 });
    expect(last.rows.map(({ gatewayId }) => gatewayId)).toEqual(['gateway-150']);
  });
});

describe('the steps of a rotation', () => {
  const steps = (gateway: Gateway, changes: Partial<GatewayFacts> = {}) => shown(gateway, changes).steps;
  it('are done only where nothing of them is missing', () => {
    const failed = { code: 'TIMEOUT', message: 'It did not answer in time.' };
    const failing = kits.map((one, index) =>
      index < 2 && one.work ? { ...one, work: { ...one.work, state: 'PENDING' as const, failure: failed } } : one,
    );
    const done = { create: 'DONE', distribute: 'DONE', verify: 'NOW', revoke: 'TO_COME' };
    expect(steps(rotating())).toEqual(done);
    expect(steps(rotating(), { kits: failing })).toEqual({ ...done, distribute: 'DONE_WITH_FAILURES' });
  });
  it('are forced where a person took it on himself, and nothing was proven', () => {
    const forced = { actor: 'alice', reason: 'because', atMs: nowMs, kits: 2 };
    expect(steps(rotating('orders', { forced }))).toMatchObject({ verify: 'FORCED', revoke: 'NOW' });
    expect(steps(rotating('orders', { forced, stage: 'VERIFIED' }))).toMatchObject({ verify: 'DONE', revoke: 'NOW' });
  });
  it('are not there when none runs', () => expect(steps(atRest())).toBeUndefined());
});

describe('a gateway after a force', () => {
  const ended = [
    { ...{ rotationId: 'r' as RotationId, outcome: 'COMPLETED_BY_FORCE' as const }, endedAtMs: nowMs, kitsBehind: 3 },
  ];
  it('needs a person while kits have not moved, and says what he can do', () => {
    const { state, waitsFor } = shown(atRest('orders', { ended, currentCredentialId: newId }), { uses: [] });
    expect(state).toBe('BEHIND');
    expect(waitsFor[0]?.text).toMatch(
      /^5 of 5 kits were not seen on Zt3kPq81Aa: what they use instead is refused\. Start a rotation/,
    );
  });
  it('is at rest once all of them were seen on the new credential', () => {
    expect(shown(atRest('orders', { ended }), { kits: kitsAtRest, uses: usesAtRest }).state).toBe('BEHIND');
    const moved = kitsAtRest.slice(0, 3);
    expect(shown(atRest('orders', { ended }), { kits: moved, uses: usesAtRest })).toMatchObject({
      ...{ state: 'AT_REST', waitsFor: [] },
    });
  });
});

describe('a secret that differs from the record', () => {
  const secretTroubles = [
    { code: 'VALUE_BY_HAND', text: 'AWSCURRENT names a value that somebody put by hand.' },
  ] as const;
  const of = (gateway: Gateway) => gatewayView(factsOf(gateway, { secretTroubles }), allKits, nowMs);
  it('is no gateway at rest: its state says so, and its page how and what to do', () => {
    expect(of(atRest('catalogue'))).toMatchObject({ state: 'SECRET_TROUBLE', secretTroubles });
    expect(of(rotating()).state).toBe('SECRET_TROUBLE');
  });
  it('hides no state that matters more', () => expect(of(compromised()).state).toBe('COMPROMISED'));
});

describe('what a rotation waits for', () => {
  const texts = (gateway: Gateway) => shown(gateway).waitsFor.map(({ text }) => text);
  it.for([
    ['BEGUN', 'The new credential is being created and proven.'],
    ['PROMOTED', `Credential ${newId} is being given to the kits.`],
    ['VERIFIED', `${oldId} is being revoked.`],
  ] as const)('at stage %s is said', ([stage, text]) => expect(texts(rotating('orders', { stage }))).toEqual([text]));

  it('is its wave: how many of its kits are observed, since when it proves itself, or why it goes back', () => {
    const plan = [{ kits: 2, bakeSeconds: 600 }, { percent: 100 }];
    const wave = { plan, number: 1, phase: 'OPEN', kits: 2 } as const;
    const at = (waves: object) => shown(rotating('orders', { stage: 'PROMOTED', waves: { ...wave, ...waves } }));
    expect(at({ phase: 'TO_OPEN' }).waitsFor).toEqual([{ text: 'Wave 1 of 2 is about to open.' }]);
    const seen = { atMs: nowMs, kits: 2, observed: 1 };
    expect(at({ seen, risenSinceMs: nowMs }).waitsFor).toEqual([
      {
        text: 'Wave 1 of 2: 1 of 2 kits observed on the new credential. When all are, it has to prove itself for 600 s.',
      },
      { text: 'More requests through its kits fail than before.' },
    ]);
    const baking = at({ bakingSinceMs: nowMs - 60_000 });
    expect(baking.waitsFor[0]).toMatchObject({ untilAtMs: nowMs + 540_000 });
    expect(baking.ahead[0]).toEqual({
      text: 'Wave 2 of 2 opens, unless something bad is seen.',
      atMs: nowMs + 540_000,
    });
    expect(baking.rotation?.wave).toEqual({ number: 1, of: 2 });
    const back = at({ phase: 'GOING_BACK', wentBack: { wave: 1, atMs: 1, why: 'kit one presented no value' } });
    expect(back.waitsFor[0]?.text).toMatch(/^Wave 1 of 2 is bad: kit one presented no value\. Its kits get the old/);
    expect(back.rotation?.wave).toEqual({ number: 1, of: 2, isGoingBack: true });
    expect(shown(rotating('orders', { waves: { ...wave, number: 2 } })).rotation?.wave).toBeUndefined();
  });

  it('are the kits that have not moved, and the quiet window with its end', () => {
    const { waitsFor } = shown(rotating());
    expect(waitsFor).toEqual([
      { text: '2 of 5 kits have not moved yet.' },
      // last use 9 minutes ago, recorded once a minute, 15 minutes of quiet
      {
        text: `${oldId} has to stay unused for the whole quiet window, which is watched and counted since 2026-11-23 02:06:00 UTC.`,
        untilAtMs: nowMs + 7 * minutes,
      },
    ]);
  });
  it('says why the quiet window began again', () => {
    const quietBroken = { atMs: nowMs - 9 * minutes, why: 'NOT_WATCHED' } as const;
    const { waitsFor, rotation } = shown(rotating('orders', { quietBroken }));
    expect(waitsFor[1]?.text).toContain(
      'It began again at 2026-11-23 02:05:00 UTC: between two proofs that use would be seen, too much time passed.',
    );
    expect(rotation?.quiet).toEqual({
      ...{ sinceAtMs: nowMs - 9 * minutes, watchedAtMs: nowMs - 20_000, beganAgain: quietBroken },
    });
    const unproven = rotating('orders', { quietBroken: { ...quietBroken, why: 'RECORDING_NOT_PROVEN' } });
    const { quietSinceMs: _, ...rotation2 } = unproven.rotation ?? {};
    expect(shown({ ...unproven, rotation: rotation2 } as Gateway).waitsFor[1]?.text).toContain(
      'then the quiet window begins. It began again at 2026-11-23 02:05:00 UTC: the use by our own probe was not found recorded; or PingOne, where it is the authority, could not be read.',
    );
  });
  it('says after a force that the old credential is still accepted, and until when', () => {
    const forced = { actor: 'alice', reason: 'because', atMs: nowMs, kits: 2 };
    expect(shown(rotating('orders', { forced })).waitsFor).toEqual([
      {
        text: `${oldId} is still accepted, and is revoked by force when the execution looks next.`,
        untilAtMs: nowMs + 900_000,
      },
    ]);
  });
  it('is a person when it is held, by name', () => {
    const held = { actor: 'alice', reason: 'the deadline passed', atMs: nowMs };
    expect(texts(rotating('orders', { held }))).toEqual([
      'A person has to decide: alice held it (the deadline passed).',
    ]);
  });
  it('is no quiet of a compromised credential, which ends at its own time', () => {
    const { waitsFor, ahead, credentials } = shown(compromised());
    expect(waitsFor).toEqual([{ text: '2 of 5 kits have not moved yet.' }]);
    expect(ahead[0]).toMatchObject({ atMs: nowMs + 48_000 });
    expect(credentials.find(({ credentialId }) => credentialId === oldId)).not.toHaveProperty('quietUntilAtMs');
  });
  it('is Secrets Manager until it hands over', () => {
    const handOverByMs = nowMs + minutes;
    const { waitsFor } = shown(rotating('orders', { stage: 'CREATED', driver: 'secrets-manager', handOverByMs }));
    expect(waitsFor).toEqual([{ text: 'Secrets Manager creates the new credential.', untilAtMs: handOverByMs }]);
  });
  it('is the way back, in its own words, once it is rolled back', () => {
    const back = {
      rolledBack: { actor: 'alice', reason: 'because', atMs: nowMs },
      targetId: oldId,
      retireIds: [newId],
    };
    expect(texts(rotating('orders', { ...back, stage: 'ACCEPTED' }))).toEqual([
      `AWSCURRENT is being moved back to ${oldId}.`,
    ]);
    expect(texts(rotating('orders', { ...back, stage: 'PROMOTED' }))).toEqual([
      `Credential ${oldId} is being given to the kits.`,
    ]);
  });
  it('is nothing at rest', () => expect(shown(atRest(), { kits: kitsAtRest }).waitsFor).toEqual([]));
  it('is a kit at all, when none is registered', () => {
    expect(shown(rotating(), { kits: [] }).waitsFor[0]?.text).toMatch(/^No kit is registered/);
  });
});

describe('what happens by itself', () => {
  const ahead = (gateway: Gateway, changes: Partial<GatewayFacts> = {}) =>
    shown(gateway, changes).ahead.map(({ text }) => text);
  it('is in the order of its times, with what the policy does at the deadline', () => {
    const { policy } = atRest();
    expect(ahead(rotating('orders', {}, { policy: { ...policy, atDeadline: { kind: 'roll-back' } } }))).toEqual([
      'The owners of late kits are reminded.',
      'Late kits are escalated.',
      'The deadline: the rotation goes back to the old credential.',
      'By then the schedule begins the next rotation.',
    ]);
  });
  it('is the revocation, once every kit has moved and only quiet is missing', () => {
    expect(ahead(rotating(), { kits: kits.slice(0, 3) })[0]).toBe(`${oldId} is revoked, unless somebody uses it.`);
  });
  it('is nothing but the schedule while it is held', () => {
    const held = { actor: 'alice', reason: 'because', atMs: nowMs };
    expect(ahead(rotating('orders', { held }), { kits: kits.slice(0, 3) })).toEqual([
      'By then the schedule begins the next rotation.',
    ]);
  });
  it('is the end of a compromised credential, held or not, and no reminder after days', () => {
    const held = { actor: 'alice', reason: 'because', atMs: nowMs };
    const { rotation } = compromised();
    const ends = `${oldId}, compromised, is refused; kits without the new credential are cut off, and their owners paged.`;
    const deadline = 'The deadline: the rotation stops until a person decides, and both credentials stay accepted.';
    const none = { nextScheduledAtMs: undefined };
    expect(ahead(compromised(), none)).toEqual([ends, deadline]);
    expect(ahead({ ...compromised(), ...(rotation ? { rotation: { ...rotation, held } } : {}) }, none)).toEqual([ends]);
  });
  it('is no roll-back where there is no way back', () => {
    const policy = { ...atRest().policy, atDeadline: { kind: 'roll-back' } } as const;
    const rolledBack = { actor: 'alice', reason: 'because', atMs: nowMs };
    for (const gateway of [
      { ...compromised(), policy },
      rotating('orders', { rolledBack, escalationLevel: 2 }, { policy }),
    ])
      expect(ahead(gateway)).toContain(
        'The deadline: the rotation stops until a person decides, and both credentials stay accepted.',
      );
  });
  it('is no level of the escalation that was done already', () => {
    expect(ahead(rotating('orders', { escalationLevel: 2 }), { nextScheduledAtMs: undefined })).toEqual([
      'The deadline: the rotation stops until a person decides, and both credentials stay accepted.',
    ]);
  });
  it('is the end of the time that Secrets Manager has', () => {
    const driven = rotating('orders', { stage: 'CREATED', driver: 'secrets-manager', handOverByMs: nowMs + minutes });
    expect(ahead(driven)[0]).toBe('The reconciler takes over, should Secrets Manager not have finished.');
  });
});

describe('the kits', () => {
  it('come with what they wait for, those that hold it up first', () => {
    const { rows, updated, late } = shown(rotating()).kits;
    expect({ updated, late }).toEqual({ updated: 3, late: 2 });
    expect(rows.map(({ kitId }) => kitId)).toEqual([
      ...['partner-eu', 'warehouse', 'billing-hook', 'kong-internal', 'kong-public'],
    ]);
    expect(rows[0]).toMatchObject({
      ...{ late: 'STILL_ON_PREDECESSOR', addresses: ['203.0.113.20'], acts: ['retry-kit'] },
      ...{ lastSeen: { credentialId: newId }, owner: 'partners@example.com' },
    });
    expect(rows[1]).toMatchObject({ late: 'WAITS_FOR_OWNER', acts: ['acknowledge-kit', 'retry-kit'] });
    expect(rows[4]).toMatchObject({ evidence: { kind: 'observed' }, acts: [] });
  });
  const failure = { code: 'ACCESS_DENIED', message: 'Writing for kit edge: it answered 403. Look at the token.' };
  const failing = kit('edge', 'kong', {
    work: {
      ...{ rotationId: 'r' as RotationId, generation: 3, credentialId: newId, state: 'PENDING', attempts: 3 },
      ...{ changedAtMs: nowMs - minutes, failure },
    },
  });
  it('that could not be given the credential say why, how often, what to do and what is next, and may be retried', () => {
    const [row] = shown(rotating(), { kits: [failing] }).kits.rows;
    expect(row).toMatchObject({
      ...{ late: 'DISTRIBUTION_FAILED', acts: ['retry-kit'] },
      failure: { ...failure, attempts: 3, nextTryAtMs: nowMs - minutes + 222_000 },
    });
    expect(row?.waitsFor).toBe(
      `Giving it the credential failed. ACCESS_DENIED: ${failure.message} Tried 3 times; the next try is due at 2026-11-23T02:16:42.000Z. See whether its management API answers and lets us in, then retry the kit.`,
    );
  });
  it('that could not be given it are not tried again, and cannot be retried, while the rotation is held', () => {
    const held = { actor: 'alice', reason: 'because', atMs: nowMs };
    const [row] = shown(rotating('orders', { held }), { kits: [failing] }).kits.rows;
    expect(row).toMatchObject({ late: 'DISTRIBUTION_FAILED', acts: [], failure });
    expect(row?.failure).not.toHaveProperty('nextTryAtMs');
    expect(row?.waitsFor).toContain('it is not tried again while the rotation is held.');
  });
  it('that could not be given it are named before all others, five of them, whatever was asked for', () => {
    const many = Array.from({ length: 7 }, (_, index) => ({ ...failing, kitId: `edge-${index}` as KitId }));
    const query = { ...allKits, filter: 'nothing is like that' };
    const { kits: seen } = shown(rotating(), { kits: [...kits, ...many] }, query);
    expect(seen.rows).toEqual([]);
    expect(seen.failed.map(({ kitId }) => kitId)).toEqual(['edge-0', 'edge-1', 'edge-2', 'edge-3', 'edge-4']);
    expect(seen.failed[0]).toMatchObject({ acts: ['retry-kit'], failure });
    expect(seen.lateFor).toEqual({ DISTRIBUTION_FAILED: 7, STILL_ON_PREDECESSOR: 1, WAITS_FOR_OWNER: 1 });
  });
  it('are those that are late for one reason when these are asked for', () => {
    const query = { ...allKits, late: 'WAITS_FOR_OWNER' } as const;
    expect(shown(rotating(), {}, query).kits.rows.map(({ kitId }) => kitId)).toEqual(['warehouse']);
    expect(readAsk({ view: 'gateway', gatewayId: 'orders', late: 'WAITS_FOR_OWNER', part: 'kits' })).toMatchObject({
      late: 'WAITS_FOR_OWNER',
      part: 'kits',
    });
    expect(() => readAsk({ view: 'gateway', gatewayId: 'orders', late: 'MAYBE' })).toThrow('late');
  });
  it('say how many of their nodes were seen, and since when the address of another credential is silent', () => {
    const [few] = shown(rotating(), { kits: [kit('kong-public', 'kong', { expectedSources: 4 })] }).kits.rows;
    expect(few).toMatchObject({ late: 'TOO_FEW_SOURCES', sources: { seen: 1, expected: 4 } });
    expect(few?.waitsFor).toContain('Seen were 1/4.');
    const [stuck] = shown(rotating()).kits.rows;
    expect(stuck).toMatchObject({ kitId: 'partner-eu', addressesSilentSinceAtMs: nowMs - 9 * minutes });
    expect(stuck?.waitsFor).toContain('203.0.113.20, last seen there at 2026-11-23 02:05:00 UTC.');
    const again = { ...uses[0], lastUsedAtMs: nowMs - 20 * minutes } as (typeof uses)[number];
    const [both] = shown(rotating(), { kits: kits.slice(0, 1), uses: [again, ...uses.slice(1)] }).kits.rows;
    expect(both?.late).toBe('SEEN_ON_BOTH');
    expect(both?.waitsFor).toMatch(
      /^Seen from one address on both: several nodes behind it\? That is 198\.51\.100\.7, last seen there at/,
    );
  });
  it('name a source that holds them up and is silent, since when, and offer to retire it', () => {
    const [late] = uses.filter(({ kitId, credentialId }) => kitId === 'partner-eu' && credentialId === oldId);
    if (!late) throw new Error('No kit of the scene is late because of a source.');
    const silent = { ...late, address: '203.0.113.98', lastUsedAtMs: nowMs - 240 * minutes };
    const [row] = shown(rotating(), { uses: [...uses, silent] }).kits.rows;
    expect(row).toMatchObject({
      silent: [{ source: '203.0.113.98', lastUsedAtMs: nowMs - 240 * minutes }],
      acts: ['retry-kit', 'retire-source'],
      waitsFor: expect.stringContaining('203.0.113.98 is silent since'),
    });
  });
  it('that present a revoked credential come first, with who else may write them', () => {
    const reverted = { credentialId: oldId, sources: ['10.0.9.1'], lastUsedAtMs: nowMs - minutes };
    const set = kitsAtRest.map((one) => (one.kitId === 'billing-hook' ? { ...one, reverted } : one));
    const [row] = shown(atRest(), { kits: set }).kits.rows;
    expect(row).toMatchObject({
      ...{ kitId: 'billing-hook', reverted },
      waitsFor: expect.stringMatching(/revoked credential .* from 10\.0\.9\.1.*decK, Terraform/),
    });
  });
  it('are filtered by name, kind and owner, and counted whole', () => {
    const { rows, total } = shown(rotating(), {}, { ...allKits, filter: 'Billing' }).kits;
    expect(rows.map(({ kitId }) => kitId)).toEqual(['billing-hook']);
    expect(total).toBe(5);
  });
  it('have moved when the last of their addresses has', () => {
    const twice = [...uses, { ...uses[1], address: '198.51.100.8', firstUsedAtMs: nowMs - 5 * minutes }] as typeof uses;
    const { moves } = shown(rotating(), { uses: twice });
    expect(moves.map(({ named, atMs }) => [named.join(), (nowMs - atMs) / minutes])).toEqual([
      ['kong-internal', 35],
      ['billing-hook', 29],
      ['kong-public', 5],
    ]);
  });
  it('whose moves are too many to draw are put together, and none is lost', () => {
    const many = Array.from({ length: 1000 }, (_, index) => kit(`kit-${index}`, 'kong'));
    const seen = many.map(({ kitId }, index) => ({
      ...{ kitId, credentialId: newId, address: '10.0.0.1' },
      ...{ firstUsedAtMs: nowMs - 30 * minutes + index * 1000, lastUsedAtMs: nowMs },
    }));
    const { moves } = shown(rotating(), { kits: many, uses: seen });
    expect(moves.length).toBeLessThanOrEqual(48);
    expect(moves.reduce((sum, { kits: together }) => sum + together, 0)).toBe(1000);
  });
});

it('unregistered sources are those on live credentials that no registered kit accounts for', () => {
  const gone = { ...uses[0], kitId: 'removed-kit', address: '192.0.2.1', lastUsedAtMs: nowMs } as (typeof uses)[number];
  expect(shown(rotating(), { uses: [...uses, gone] }).unregistered).toMatchObject([
    { kitId: 'removed-kit', address: '192.0.2.1', credentialId: oldId },
    { address: '203.0.113.99', credentialId: oldId },
  ]);
});

it('the life of a credential is told from the record and the audit', () => {
  const { credentials } = shown(rotating());
  expect(credentials.map(({ credentialId, isLive, cause }) => [credentialId, isLive, cause])).toEqual([
    ['KNmVc18R15', false, 'RETIRED'],
    [oldId, true, undefined],
    [newId, true, undefined],
  ]);
  expect(credentials[1]).toMatchObject({ retiringAtMs: nowMs - 39 * minutes, quietUntilAtMs: nowMs + 7 * minutes });
  expect(credentials[2]).toMatchObject({ acceptedAtMs: nowMs - 40 * minutes, currentAtMs: nowMs - 39 * minutes });
});

describe('what a person can do', () => {
  const allowed = (gateway: Gateway) =>
    offersOf(gateway, nowMs)
      .filter(({ isAllowed }) => isAllowed)
      .map(({ act }) => act);
  const held = { actor: 'alice', reason: 'because', atMs: nowMs };
  it.for([
    ['at rest', atRest(), ['rotate', 'plan', 'compromise']],
    [
      'before distribution',
      rotating('orders', { stage: 'ACCEPTED' }),
      ['plan', 'hold', 'extend', 'roll-back', 'compromise'],
    ],
    ['after it', rotating(), ['plan', 'hold', 'extend', 'roll-back', 'force', 'compromise']],
    ['when held', rotating('orders', { held }), ['plan', 'resume', 'extend', 'roll-back', 'compromise']],
    ['when compromised', compromised(), ['plan', 'hold', 'extend', 'force', 'compromise']],
    ['without a credential', atRest('orders', { live: [] }), ['rotate', 'plan']],
    ['when retired', atRest('orders', { retiredAtMs: 1 }), ['plan', 'compromise']],
  ] as const)('%s is what the rules would take', ([, gateway, expected]) => expect(allowed(gateway)).toEqual(expected));

  it('and what not, is refused with the reason of the rules', () => {
    const why = new Map(offersOf(atRest(), nowMs).map((one) => [one.act, one.why]));
    expect(why.get('hold')).toBe('No rotation runs.');
    expect(offersOf(rotating(), nowMs).find(({ act }) => act === 'rotate')?.why).toMatch(
      /is in rotation .* wait for its end/,
    );
  });
});

describe('what the compromise button would do', () => {
  const preview = (gateway: Gateway) => compromisePreview(gateway, judgeKits(gateway, kits, uses, nowMs), 1, nowMs);
  it('names the doomed credentials, and who is cut off: all of them at once, or who cannot be replaced in time', () => {
    const { credentialIds, preempts, replaceFirst, refuseNow } = preview(rotating());
    expect(credentialIds).toEqual([oldId, newId]);
    expect(preempts).toBe(rotating().rotation?.rotationId);
    expect(replaceFirst).toMatchObject({ total: 1, inUse: 0, kits: [{ kitId: 'warehouse', why: 'OWNER_INSTALLS' }] });
    expect(refuseNow).toMatchObject({ total: 5, inUse: 4 });
    expect(refuseNow.kits.map(({ isInUse }) => isInUse)).toEqual([true, true, true, true, false]);
  });
  it('counts a kit as cut off when its nodes take longer than there is time', () => {
    const traits = { installedBy: 'us', readBackProves: 'store', propagationSeconds: 300 } as const;
    const slow = [kit('apigee', 'kong', { traits })];
    const { replaceFirst } = compromisePreview(rotating(), judgeKits(rotating(), slow, [], nowMs), 0, nowMs);
    expect(replaceFirst.kits).toMatchObject([{ kitId: 'apigee', why: 'SLOW' }]);
  });
  it('spares kits that use the credential of a compromise run already', () => {
    const origin = {
      kind: 'minted',
      rotationId: compromised().rotation?.rotationId as RotationId,
      trigger: 'compromise',
    } as const;
    const gateway = {
      ...compromised(),
      live: compromised().live.map((one) =>
        one.credentialId === newId
          ? { ...one, origin }
          : { ...one, origin: { ...origin, rotationId: 'another' as RotationId } },
      ),
    };
    const { credentialIds, refuseNow } = preview(gateway);
    expect(credentialIds).toEqual([oldId]);
    expect(refuseNow.kits.map(({ kitId }) => kitId)).toEqual(['partner-eu', 'warehouse']);
  });
  describe('a second time, while a compromise run goes on', () => {
    const mine = {
      kind: 'minted',
      rotationId: compromised().rotation?.rotationId as RotationId,
      trigger: 'compromise',
    } as const;
    const doomed = { atMs: nowMs - 12_000, rejectAfterMs: nowMs };
    const running = {
      ...compromised(),
      live: compromised().live.map((one) =>
        one.credentialId === newId
          ? { ...one, origin: mine }
          : { ...one, origin: { ...mine, rotationId: 'r' as RotationId }, compromised: doomed },
      ),
    };
    const asked = (credentialIds?: readonly CredentialId[], rejectWithinSeconds?: number) =>
      compromisePreview(running, judgeKits(running, kits, uses, nowMs), 1, nowMs, {
        credentialIds,
        rejectWithinSeconds,
      });
    it('says that it changes nothing, and which live credential it does not touch', () => {
      expect(asked()).toMatchObject({ credentialIds: [oldId], changesNothing: true, spared: [newId] });
    });
    it('is of exactly what is asked for: these credentials, so soon', () => {
      const preview = asked([newId], 7);
      expect(preview).toMatchObject({ credentialIds: [newId], asked: [newId], spared: [] });
      expect(preview).not.toHaveProperty('changesNothing');
      expect(preview.asPressed.rejectWithinSeconds).toBe(7);
      expect(preview.refuseNow.total).toBe(5);
      expect(asked(['unknown001' as CredentialId]).refusal).toMatch(/unknown001 is not live/);
    });
  });
  it('says how soon by the policy of the gateway, as the press does', () => {
    const gateway = atRest('orders', { policy: { ...atRest().policy, rejectWithinSeconds: 900 } });
    const { asPressed, replaceFirst } = compromisePreview(gateway, [], 0, nowMs);
    expect([asPressed.rejectWithinSeconds, replaceFirst.rejectWithinSeconds]).toEqual([900, 900]);
  });
  it('says why there is nothing to doom', () => {
    expect(preview(atRest('orders', { live: [] })).refusal).toMatch(/no such live credential/);
  });
});

describe('the record', () => {
  const steps = (gateway: Gateway) => historyView(gateway, transitions, 1, nowMs).entries;
  it('has each rotation once, the newest first, with who, why and how it ended', () => {
    expect(steps(rotating()).map(({ trigger, outcome, begun }) => [trigger, outcome, begun.reason])).toEqual([
      ['manual', 'RUNNING', 'quarterly rotation'],
      ['scheduled', 'COMPLETED', 'the schedule'],
      ['bootstrap', 'COMPLETED', 'a rotation makes its first credential'],
    ]);
  });
  it('never shows a step as done that was done with failures or forced', () => {
    const step = (kind: string, detail: object) => ({ ...transitions[0], revision: 99, kind, detail }) as Transition;
    const looks = (one: Transition) => historyView(atRest(), [one], 1, nowMs).entries[0]?.steps[0]?.look;
    expect(looks(step('distributed', { kits: 3, given: 1, failed: 2 }))).toBe('DONE_WITH_FAILURES');
    expect(looks(step('distributed', { kits: 3, given: 3, failed: 0 }))).toBeUndefined();
    expect(looks(step('revoke', { causes: { [oldId]: 'FORCED' } }))).toBe('FORCED');
    expect(looks(step('complete', { outcome: 'COMPLETED_BY_FORCE', forced: true }))).toBe('FORCED');
    expect(looks(step('complete', { outcome: 'COMPLETED' }))).toBeUndefined();
  });
  it('says of a rotation without an end of its own that it was pre-empted', () => {
    expect(steps(atRest())[0]).toMatchObject({ trigger: 'manual', outcome: 'PREEMPTED' });
  });
});

it('no view has a digest, a version of a secret or a nonce in it (invariant 9)', () => {
  const probe = { nonceHash: 'hash-of-a-nonce', credentialId: newId, armedAtMs: nowMs };
  const views = [
    gatewaysView(everyState, all, nowMs),
    shown({ ...rotating(), probe }),
    historyView(rotating(), transitions, 1, nowMs),
  ];
  expect(JSON.stringify(views)).not.toMatch(/digest|version of|secret:|nonce/);
});

describe('which kits and gateways are shown', () => {
  const marked = kits.map((one, index) => ({ ...one, labels: { env: index % 2 === 0 ? 'prod' : 'test', tier: '1' } }));
  const ids = (query: Partial<KitsQuery>) =>
    shown(rotating(), { kits: marked }, { ...allKits, ...query }).kits.rows.map(({ kitId }) => kitId);
  const named = (chosen: (one: (typeof marked)[number]) => boolean) => marked.filter(chosen).map(({ kitId }) => kitId);

  it('are those with all of the labels, and an exact owner', () => {
    expect(ids({ labels: { env: 'prod', tier: '1' } }).toSorted()).toEqual(
      named(({ labels }) => labels.env === 'prod').toSorted(),
    );
    expect(ids({ labels: { env: 'prod', tier: '2' } })).toEqual([]);
    expect(ids({ filter: 'env=test' }).toSorted()).toEqual(named(({ labels }) => labels.env === 'test').toSorted());
    const owner = marked[0]?.owner ?? '';
    expect(ids({ owner }).toSorted()).toEqual(named((one) => one.owner === owner).toSorted());
    expect(ids({ owner: owner.slice(1) })).toEqual([]);
  });

  it('are only late ones when these are asked for, and as many as are asked for', () => {
    const view = shown(rotating(), {}, { ...allKits, late: 'only' });
    expect(view.kits.page.total).toBe(view.kits.attention);
    expect(view.kits.attention).toBeGreaterThan(0);
    expect(view.kits.attention).toBeLessThan(view.kits.total);
    expect(view.kits.rows.every(({ late }) => late !== undefined)).toBe(true);
    expect(shown(rotating(), {}, { ...allKits, size: 2 }).kits).toMatchObject({
      page: { page: 1, pageSize: 2, total: kits.length },
      rows: { length: 2 },
    });
  });

  it('are gateways with all of the labels', () => {
    const fleet = [
      { ...atRest('one'), labels: { env: 'prod', team: 'edge' } },
      { ...atRest('two'), labels: { env: 'prod' } },
      atRest('three'),
    ];
    const of = (query: object) => gatewaysView(fleet, { ...allGateways, ...query }, nowMs).rows;
    expect(of({ labels: { env: 'prod' } })).toMatchObject([
      { gatewayId: 'one', labels: { env: 'prod', team: 'edge' } },
      { gatewayId: 'two' },
    ]);
    expect(of({ labels: { env: 'prod', team: 'edge' } })).toMatchObject([{ gatewayId: 'one' }]);
    expect(of({ filter: 'team=' })).toMatchObject([{ gatewayId: 'one' }]);
    expect(gatewaysView(fleet, { ...allGateways, labels: { env: 'prod' } }, nowMs).labels).toBe('env=prod');
  });

  it('refuses what is no label', () => {
    expect(readAsk({ view: 'gateways', labels: 'env=prod,team=edge' })).toMatchObject({
      labels: { env: 'prod', team: 'edge' },
    });
    expect(() => readAsk({ view: 'gateways', labels: 'env' })).toThrow(/must be labels such as env=prod/);
    expect(() => readAsk({ view: 'gateway', gatewayId: 'orders', late: 'yes' })).toThrow(/"only"/);
  });
});
