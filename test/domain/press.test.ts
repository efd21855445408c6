import { describe, expect, it } from 'vitest';
import { type Gateway, liveCredential } from '../../lambdas/domain/gateway.ts';
import type { Compromise } from '../../lambdas/domain/press.ts';
import { transition } from '../../lambdas/domain/transition.ts';
import { a, atRest, b, by, inRotation, live, now, outcome, r1, r2, recordAfter } from './gateways.ts';
import { credentialId } from './model.ts';

const press = (changes: Partial<Compromise> = {}): Compromise => ({
  kind: 'compromise',
  requestId: 'press-1',
  rotationId: r2,
  rejectWithinSeconds: 60,
  ...by,
  ...changes,
});
const give = (gateway: Gateway, command: Compromise, atMs = now) => transition(gateway, command, atMs);
const endOf = (gateway: Gateway, id: typeof a) => liveCredential(gateway, id)?.compromised?.rejectAfterMs;
const pressed = recordAfter(give(atRest(), press()));
const mine = { kind: 'minted', rotationId: r2, trigger: 'compromise' } as const;

describe('the button', () => {
  it('dooms every live credential in one write and begins a compromise run', () => {
    expect(endOf(pressed, a)).toBe(now + 60_000);
    expect(pressed.rotation).toMatchObject({ rotationId: r2, trigger: 'compromise', retireIds: [a], stage: 'BEGUN' });
  });
  it('answers a seen request again without a change', () =>
    expect(outcome(give(pressed, press({ rejectWithinSeconds: 1 })))).toBe('unchanged'));
  it('only ever shortens the time', () => {
    expect(
      endOf(recordAfter(give(pressed, press({ requestId: 'press-2', rotationId: r1, rejectWithinSeconds: 9999 }))), a),
    ).toBe(now + 60_000);
    expect(
      endOf(recordAfter(give(pressed, press({ requestId: 'press-2', rotationId: r1, rejectWithinSeconds: 1 }))), a),
    ).toBe(now + 1000);
  });
  it('spares what the running compromise run has minted, which goes on', () => {
    const { rotation } = pressed;
    if (!rotation) throw new Error('No rotation runs.');
    const minted = {
      ...pressed,
      live: [...pressed.live, live('c-b', { origin: mine })],
      rotation: { ...rotation, targetId: b },
    };
    const again = recordAfter(give(minted, press({ requestId: 'press-2', rotationId: r1 })));
    expect(endOf(again, b)).toBeUndefined();
    expect(again.presses.at(-1)?.changedNothing).toBe(true);
    const named = press({ requestId: 'press-2', rotationId: r1, credentialIds: [b] });
    expect(recordAfter(give(minted, named)).presses.at(-1)).not.toHaveProperty('changedNothing');
    expect(again.rotation?.rotationId).toBe(r2);
  });
  it.each([
    ['CREATED', 'CREATED'],
    ['ACCEPTED', 'ACCEPTED'],
    ['PROMOTING', 'ACCEPTED'],
    ['PROMOTED', 'PROMOTED'],
    ['VERIFIED', 'PROMOTED'],
  ] as const)('pre-empts a rotation at %s and adopts its successor at %s', (stage, adoptedAt) => {
    const gateway = recordAfter(give(inRotation(stage), press({ credentialIds: [a] })));
    expect(gateway.rotation).toMatchObject({
      rotationId: r2,
      targetId: b,
      stage: adoptedAt,
      retireIds: [a],
      generation: 3,
    });
    expect(gateway.ended.at(-1)).toEqual({ rotationId: r1, outcome: 'PREEMPTED', endedAtMs: now });
  });
  it('mints anew when the successor is doomed too', () => {
    const { rotation } = recordAfter(give(inRotation('PROMOTED'), press()));
    expect(rotation).toMatchObject({ stage: 'BEGUN', retireIds: [a, b] });
    expect(rotation?.targetId).toBeUndefined();
  });
  it('mints anew when the successor is what a roll-back went back to', () => {
    const rolledBack = { rolledBack: { ...by, atMs: 1 }, targetId: a, retireIds: [b] };
    const { rotation } = recordAfter(give(inRotation('PROMOTED', rolledBack), press({ credentialIds: [b] })));
    expect(rotation?.targetId).toBeUndefined();
  });
  it('refuses a credential that is not live', () =>
    expect(outcome(give(atRest(), press({ credentialIds: [b] })))).toBe('UNKNOWN_CREDENTIAL'));
  it('leaves alone what was not made here, and refuses when there is nothing else (invariant 10)', () => {
    const foreign = live('c-f', { origin: { kind: 'foreign' } });
    const both = recordAfter(give(atRest({ live: [live('c-a'), foreign] }), press()));
    expect(endOf(both, a)).toBe(now + 60_000);
    expect(endOf(both, credentialId('c-f'))).toBeUndefined();
    expect(both.presses.at(-1)?.credentialIds).toEqual([a]);
    expect(outcome(give(atRest({ live: [foreign] }), press()))).toBe('NOT_OURS');
    const named = press({ requestId: 'press-2', rotationId: r1, credentialIds: [credentialId('c-f')] });
    expect(outcome(give(both, named))).toBe('NOT_OURS');
  });
  it('remembers the time that counts, not the one that was asked for', () => {
    const again = recordAfter(
      give(pressed, press({ requestId: 'press-2', rejectWithinSeconds: 9999, rotationId: r1 })),
    );
    expect(again.presses.at(-1)?.rejectAfterMs).toBe(now + 60_000);
  });
  it('refuses a request that it has forgotten, as its rotation is known', () => {
    const forgotten = { ...pressed, presses: [] };
    expect(outcome(give(forgotten, press()))).toBe('SUPERSEDED');
  });
  it('refuses when nothing is live, and leaves the running rotation alone', () =>
    expect(outcome(give(inRotation('BEGUN', {}, { live: [] }), press()))).toBe('UNKNOWN_CREDENTIAL'));
  it('is not stopped by hold', () =>
    expect(outcome(give(inRotation('PROMOTED', { held: { ...by, atMs: 1 } }), press()))).toBe('changed'));
});

describe('room for a successor', () => {
  const five = atRest({ live: ['c-a', 'c-2', 'c-3', 'c-4', 'c-5'].map((id) => live(id)) });
  const doomed = recordAfter(give(five, press({ credentialIds: [a] })));
  const make = (id: string) => ({ kind: 'evict', rotationId: r2, credentialId: credentialId(id), ...by }) as const;
  it('is made at five live credentials by a compromised one', () => {
    const gateway = recordAfter(transition(doomed, make('c-a'), now));
    expect(gateway.live).toHaveLength(4);
    expect(gateway.revoked[0]).toMatchObject({ credentialId: a, cause: 'COMPROMISED' });
    expect(outcome(transition(gateway, make('c-2'), now))).toBe('unchanged');
  });
  it('refuses one that is not compromised', () =>
    expect(outcome(transition(doomed, make('c-2'), now))).toBe('NOT_RETIRING'));
});
