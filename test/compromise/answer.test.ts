import { describe, expect, it } from 'vitest';
import { answerTo } from '../../lambdas/compromise/answer.ts';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import { transition } from '../../lambdas/domain/transition.ts';
import { atRest, by, inRotation, live, now, r2, recordAfter } from '../domain/gateways.ts';

const saidOf = (before: Gateway, more: object = {}): string => {
  const press = { kind: 'compromise', requestId: 'press', rotationId: r2, rejectWithinSeconds: 60, ...by } as const;
  const after = recordAfter(transition(before, { ...press, ...more }, now));
  const made = after.presses.at(-1);
  return made ? answerTo(after, made).message : '';
};
const none = /No credential of the gateway stays: until rotation r2 has made a new one, every kit is refused/;

describe('the answer to a press', () => {
  it('says when it dooms the last credential, and what depends on a successor then', () =>
    expect(saidOf(atRest())).toMatch(none));
  it('does not say so while another credential stays, or goes on being the successor', () => {
    const [two] = [live('c-a'), live('c-x')].map(({ credentialId }) => credentialId);
    expect(saidOf(atRest({ live: [live('c-a'), live('c-x')] }), { credentialIds: [two] })).not.toMatch(none);
    expect(saidOf(inRotation('PROMOTED'), { credentialIds: [two] })).not.toMatch(none);
  });
});
