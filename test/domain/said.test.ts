import { describe, expect, it } from 'vitest';
import { emptySummary } from '../../lambdas/domain/may-revoke.ts';
import { completedSaid, distributedSaid, provenSaid } from '../../lambdas/domain/said.ts';
import { a, atPingOne, inRotation, live } from './gateways.ts';

describe('what a record says', () => {
  it.each([
    [{ kits: 3, failed: 0 }, 'each of 3 kits, or its owner, was given the credential'],
    [{ kits: 3, failed: 2 }, '1 of 3 kits, or its owner, was given the credential; 2 failed'],
    [{ kits: 1, failed: 1 }, '0 of 1 kit, or its owner, was given the credential; 1 failed'],
    [{ kits: 0, failed: 0 }, 'there are no kits to give the credential to'],
  ])('of a distribution follows its numbers: %j', (numbers, said) => {
    expect(distributedSaid(numbers)).toBe(said);
  });

  it.each([
    ['with something to retire', inRotation('DISTRIBUTED'), 3, 'each of 3 kits has evidence, and c-a is quiet'],
    [
      'with nothing to retire',
      inRotation('DISTRIBUTED', { retireIds: [] }),
      1,
      'each of 1 kit has evidence; nothing is left to retire',
    ],
    ['without kits', inRotation('DISTRIBUTED', { retireIds: [] }), 0, 'there are no kits; nothing is left to retire'],
  ])('of a proof %s says what was proven', (_, gateway, kits, said) => {
    expect(provenSaid(gateway, { ...emptySummary, kits })).toBe(said);
  });

  it('of a proof where kits call PingOne says what it rests on, and that nobody saw them', () => {
    const gateway = inRotation('DISTRIBUTED', {}, { authority: atPingOne });
    const summary = { ...emptySummary, kits: 4, readBack: 1, acknowledged: 1, shared: { stored: 2 } };
    expect(provenSaid(gateway, summary)).toBe(
      'each of 4 kits has evidence (1 read back, 1 acknowledged, 2 stored; none observed, as they call PingOne), and c-a is quiet',
    );
  });

  it.each([
    ['that retired something', inRotation('VERIFIED', {}, { live: [live('c-b')] }), 'c-a was seen refused'],
    ['of a first credential', inRotation('VERIFIED', { retireIds: [] }), 'it had nothing to retire'],
    [
      'that left one of somebody else',
      inRotation('VERIFIED', {}, { live: [live('c-a', { origin: { kind: 'foreign' } }), live('c-b')] }),
      'c-a, which is not ours, is still accepted',
    ],
    [
      'by force',
      inRotation('DISTRIBUTED', { forced: { actor: 'ann', reason: 'closed', atMs: 1 } }, { live: [live('c-b')] }),
      'c-a was seen refused; ann had it forced',
    ],
  ])('of the end of a rotation %s says what became of what it retires', (_, gateway, said) => {
    expect(gateway.rotation?.retireIds.every((id) => id === a)).toBe(true);
    expect(completedSaid(gateway)).toBe(said);
  });
});
