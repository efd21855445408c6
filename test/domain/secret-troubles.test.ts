import { describe, expect, it } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import { secretTroublesOf } from '../../lambdas/domain/secret-troubles.ts';
import { atRest, by, inRotation, live, now, r1 } from './gateways.ts';

const found = (gateway: Gateway, labels: Readonly<Record<string, readonly string[]>>, rotates = true) =>
  secretTroublesOf(gateway, {
    rotates,
    isBeingDeleted: false,
    labels: new Map([['kept', keptIn(gateway)], ...Object.entries(labels)]),
  }).map(({ code }) => code);
/** The labels that say that no value of a live credential is lost. */
const keptIn = ({ live }: Gateway): readonly string[] => live.map(({ credentialId }) => `live-${credentialId}`);
const well = { 'v-c-a': ['AWSCURRENT', 'live-c-a'] };
const rolledBack = { ...by, atMs: now };

describe('the secret of a gateway', () => {
  it.each<[string, Gateway, Readonly<Record<string, readonly string[]>>, readonly string[], boolean?]>([
    ['as the record says', atRest(), well, []],
    ['that rotates by its schedule', atRest({ isScheduled: true }), well, []],
    ['whose rotation somebody switched off', atRest({ isScheduled: true }), well, ['SCHEDULE_OFF'], false],
    ['that has no schedule', atRest({ isScheduled: false }), well, [], false],
    ['with AWSPENDING on a version of nobody', atRest(), { ...well, x: ['AWSPENDING'] }, ['PENDING_STUCK']],
    ['with AWSPENDING beside AWSCURRENT', atRest(), { 'v-c-a': ['AWSCURRENT', 'AWSPENDING'] }, []],
    ['with AWSPENDING while a rotation runs', inRotation('BEGUN'), { ...well, r1: ['AWSPENDING'] }, []],
    ['with a value put by hand at rest', atRest(), { x: ['AWSCURRENT'] }, ['VALUE_BY_HAND']],
    ['with a value put by hand before promotion', inRotation('ACCEPTED'), { x: ['AWSCURRENT'] }, ['VALUE_BY_HAND']],
    [
      'moved back by hand after promotion',
      inRotation('DISTRIBUTED', {}, { currentVersionId: 'v-c-b' }),
      { 'v-c-a': ['AWSCURRENT'] },
      ['CURRENT_MOVED'],
    ],
    [
      'at rest on another live one',
      atRest({ live: [live('c-a'), live('c-b')] }),
      { 'v-c-b': ['AWSCURRENT'] },
      ['CURRENT_MOVED'],
    ],
    ['just being promoted', inRotation('PROMOTING'), { 'v-c-b': ['AWSCURRENT'] }, []],
    ['just going back', inRotation('ACCEPTED', { rolledBack }), { [r1]: ['AWSCURRENT'] }, []],
    ['of a retired gateway', atRest({ retiredAtMs: 1, isScheduled: true }), { x: ['AWSCURRENT'] }, [], false],
  ])('%s', (_, gateway, labels, codes, rotates) => expect(found(gateway, labels, rotates)).toEqual(codes));

  const without = (gateway: Gateway, labels: Readonly<Record<string, readonly string[]>>) =>
    secretTroublesOf(gateway, { rotates: true, isBeingDeleted: false, labels: new Map(Object.entries(labels)) });

  it('names the live credentials whose values are lost, and those alone', () => {
    expect(without(atRest({ live: [live('c-a'), live('c-b')] }), well)).toEqual([
      { code: 'VALUES_LOST', text: expect.stringContaining('Lost: c-b.') },
    ]);
    expect(secretTroublesOf(atRest(), undefined)).toEqual([
      { code: 'VALUES_LOST', text: expect.stringContaining('The secret is gone; live are c-a.') },
    ]);
  });

  it('is well while a rotation with a kept credential retires what is lost, and not with a lost one', () => {
    const rotation = inRotation('DISTRIBUTED', {}, { currentVersionId: 'v-c-b' });
    expect(without(rotation, { 'v-c-b': ['AWSCURRENT', 'live-c-b'] })).toEqual([]);
    expect(without(rotation, { 'v-c-a': ['live-c-a'] })).toMatchObject([{ code: 'VALUES_LOST' }]);
  });

  it('that is scheduled for deletion can be taken back', () => {
    const deleting = { rotates: true, isBeingDeleted: true, labels: new Map(Object.entries(well)) };
    expect(secretTroublesOf(atRest(), deleting)).toMatchObject([{ code: 'SECRET_DELETING' }]);
  });

  it('is described with where the label is and where it should be', () => {
    const [trouble] = secretTroublesOf(atRest(), {
      rotates: true,
      isBeingDeleted: false,
      labels: new Map([['x', ['AWSCURRENT', 'live-c-a']]]),
    });
    expect(trouble?.text).toMatch(/adopt.*version x; the record says v-c-a, which holds c-a/);
  });
});
