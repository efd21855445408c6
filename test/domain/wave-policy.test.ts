import { describe, expect, it } from 'vitest';
import { differencesOf } from '../../lambdas/domain/configuration-differences.ts';
import { contradictions, defaultPolicy, type KitTiming, type Policy } from '../../lambdas/domain/policy.ts';
import type { Candidate } from '../../lambdas/domain/wave-candidates.ts';
import { bakesOf, plannedWaveSaid, planWaves } from '../../lambdas/domain/wave-plan.ts';

const good: NonNullable<Policy['waves']> = [
  { kits: 1, bakeSeconds: 600 },
  { percent: 10, bakeSeconds: 3600 },
  { percent: 100 },
];
const said = (
  waves: Policy['waves'],
  { kits = [], isRecorded = true, ...policy }: Partial<Policy> & { kits?: KitTiming[]; isRecorded?: boolean } = {},
): string => contradictions({ ...defaultPolicy, ...(waves ? { waves } : {}), ...policy }, kits, isRecorded).join(' ');

describe('The waves of a policy', () => {
  it('are kept when each is larger, all but the last bake, and everything fits the deadline', () =>
    expect(said(good)).toBe(''));
  it('refuses a wave that is not larger than the one before', () => {
    const flat = said([{ kits: 5, bakeSeconds: 600 }, { kits: 5, bakeSeconds: 600 }, { percent: 100 }]);
    expect(flat).toBe('wave 2 is kits 5 after kits 5: each has to be larger than the one before.');
    const less = said([{ percent: 50, bakeSeconds: 600 }, { percent: 10, bakeSeconds: 600 }, { percent: 100 }]);
    expect(less).toMatch(/wave 2 is 10 percent after 50 percent/);
  });
  it('refuses a last wave that is not everybody, and one that bakes', () => {
    expect(said([{ kits: 1, bakeSeconds: 600 }, { percent: 50 }])).toMatch(/the last wave is 50 percent.*percent 100/);
    expect(
      said([
        { kits: 1, bakeSeconds: 600 },
        { percent: 100, bakeSeconds: 60 },
      ]),
    ).toMatch(/bakeSeconds 60/);
  });
  it('refuses an earlier wave without bakeSeconds, and one that is everybody', () => {
    expect(said([{ kits: 1 }, { percent: 100 }])).toMatch(/wave 1 has no bakeSeconds/);
    expect(said([{ percent: 100, bakeSeconds: 600 }, { percent: 100 }])).toMatch(/wave 1 is 100 percent/);
  });
  it('refuses a bake in which nothing can be seen, with the numbers', () => {
    expect(said([{ kits: 1, bakeSeconds: 119 }, { percent: 100 }])).toMatch(/119.*every 60 s.*at least 120/);
    const kits = [{ kitId: 'slow', propagationSeconds: 300 }];
    expect(said([{ kits: 1, bakeSeconds: 299 }, { percent: 100 }], { kits })).toMatch(/299.*300 s.*at least 300/);
  });
  it('refuses what does not fit the deadline, with the numbers', () => {
    const short = { remindAfterSeconds: 1, escalateAfterSeconds: 2, deadlineSeconds: 5_279 };
    expect(said(good, short)).toMatch(
      /need 5280 s \(bakeSeconds 4200, 3 times 60 .* 900\), but deadlineSeconds is 5279/,
    );
    expect(said(good, { ...short, deadlineSeconds: 5_280 })).toBe('');
  });
  it('refuses them where kits call PingOne: no wave could be observed', () =>
    expect(said(good, { isRecorded: false })).toMatch(/call PingOne/));
  it('refuses a canary that its owner installs, and one without waves', () => {
    const canary = { kitId: 'one', propagationSeconds: 0, installedBy: 'owner', canary: true } as const;
    expect(said(good, { kits: [canary] })).toMatch(/"one" is a canary, but its owner installs it/);
    expect(said(undefined, { kits: [{ ...canary, installedBy: 'us' }] })).toMatch(/"one" is a canary.*no waves/);
  });
  it('are among what applying gateways.json says that it changes, also when they go', () => {
    const at = (policy: Policy) => ({ policy, isScheduled: false });
    const waved = { ...defaultPolicy, waves: good };
    expect(differencesOf(at(defaultPolicy), at(waved))[0]).toMatch(/^waves nothing becomes \[\{"kits":1/);
    expect(differencesOf(at(waved), at(defaultPolicy))[0]).toMatch(/^waves \[.*\] becomes nothing$/);
  });
});

describe('The plan of the waves', () => {
  const candidate = (kitId: string, more: Partial<Candidate> = {}): Candidate => ({
    ...{ kitId: kitId as Candidate['kitId'], isCanary: false, sources: 2, lastUseMs: 1, ...more },
  });

  it('names the kits of each and why they, and of the last how many could not be observed before', () => {
    const candidates = [
      candidate('canary', { isCanary: true }),
      candidate('small', { sources: 1 }),
      candidate('owner', { last: 'OWNER_INSTALLS' }),
      candidate('idle', { last: 'IDLE' }),
    ];
    const waves = planWaves(
      [{ kits: 1, bakeSeconds: 600 }, { percent: 50, bakeSeconds: 60 }, { percent: 100 }],
      candidates,
    );
    expect(waves.map(plannedWaveSaid)).toEqual([
      '1 kit, then 600 s: canary (canary)',
      '1 kit, then 60 s: small (1 source)',
      '2 kits, among them 1 that their owners install and 1 that are idle and have no probeUrl',
    ]);
    expect(bakesOf(waves)).toBe(660);
  });

  it('says which are passed over, and counts no time for them', () => {
    const waves = planWaves(good, [candidate('idle', { last: 'IDLE' })]);
    expect(waves.map(plannedWaveSaid)).toEqual([
      'passed over: no other kit can be observed',
      'passed over: no other kit can be observed',
      '1 kit, among them 1 that are idle and have no probeUrl',
    ]);
    expect(bakesOf(waves)).toBe(0);
  });

  it('names the first of many', () => {
    const many = Array.from({ length: 100 }, (_, n) => candidate(`kit-${n}`));
    const [first] = planWaves([{ percent: 20, bakeSeconds: 60 }, { percent: 100 }], many);
    expect(first && plannedWaveSaid(first)).toMatch(/^20 kits, then 60 s: kit-0 \(2 sources\), .*, and 15 more$/);
  });
});
