import { describe, expect, it } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import { transitionKinds } from '../../lambdas/notifications/event-schema.ts';
import { newsOfTransition, toldKinds } from '../../lambdas/notifications/transition-news.ts';
import { gateway } from '../aws/emulated.ts';

const rotationId = '5f6b7c1a-2d3e-4f50-8a91-b2c3d4e5f601';
const rotation = { rotationId, deadlineAtMs: Date.parse('2027-01-16T08:00:00Z') } as Gateway['rotation'];
const of = (kind: string, more: object = {}) =>
  newsOfTransition(
    'orders#7',
    {
      kind,
      atMs: Date.parse('2027-01-15T08:00:00Z'),
      actor: 'policy',
      reason: 'the deadline passed',
      rotationId,
      ...more,
    },
    { ...gateway('orders'), ...(rotation ? { rotation } : {}) },
  );

describe('what operators are told of transitions', () => {
  it('every kind that is told of is one that is recorded', () => {
    expect(Object.keys(transitionKinds)).toEqual(expect.arrayContaining([...toldKinds]));
  });

  it('says what happened, who and why, what to do, and by when', () => {
    expect(of('hold')).toEqual({
      newsId: 'orders#7',
      atMs: Date.parse('2027-01-15T08:00:00Z'),
      gatewayId: 'orders',
      severity: 'escalation',
      thread: 'rotation',
      subject: 'Gateway orders: the rotation is held, and nothing goes on until a person decides',
      text: [
        '2027-01-15T08:00:00.000Z, by policy: the deadline passed.',
        'What to do: Look in the console which kits are late and why; help their owners or mend the kits, then resume, extend, or roll back.',
        'By when: the deadline of the rotation is 2027-01-16T08:00:00.000Z.',
        '',
        `Rotation ${rotationId}.`,
      ].join('\n'),
    });
  });

  it('what a person decided is no alarm, and says that somebody looks after it', () => {
    expect(of('hold', { actor: 'arn:aws:iam::111122223333:user/alice' })).toMatchObject({
      severity: 'notice',
      signal: 'acknowledge',
    });
  });

  it.each([
    ['complete', {}, 'resolve'],
    ['kits-behind', { detail: { kits: 0 } }, 'resolve'],
    ['kits-behind', { detail: { kits: 2 } }, undefined],
    ['keys-ending', { detail: { keys: 0 } }, 'resolve'],
  ])('%s %j does to an incident: %s', (kind, more, signal) => {
    expect(of(kind, more)?.signal).toBe(signal);
  });

  it('a forced end is not told as a good one', () => {
    expect(of('complete', { detail: { forced: true } })?.subject).toContain('kits may be cut off');
  });

  it('what is only recorded is not told', () => {
    expect(of('accepted')).toBeUndefined();
    expect(of('constructor')).toBeUndefined();
  });
});
