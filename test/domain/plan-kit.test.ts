import { describe, expect, it } from 'vitest';
import type { CredentialId } from '../../lambdas/domain/ids.ts';
import type { Kit, Use } from '../../lambdas/domain/kit.ts';
import { byAttention, planKit } from '../../lambdas/domain/plan.ts';
import { kit } from '../aws/emulated.ts';

const now = 1_000_000;
const used: Use = {
  credentialId: 'a' as CredentialId,
  kitId: 'one',
  address: '192.0.2.1',
  firstUsedAtMs: 1,
  lastUsedAtMs: now,
};
const of = (traits: Partial<Kit['traits']>, changes: Partial<Kit> = {}): Kit => ({
  ...kit('one'),
  traits: { installedBy: 'us', readBackProves: 'store', propagationSeconds: 1, ...traits },
  ...changes,
});

describe('what a kit will need', () => {
  it.each([
    ['in use', of({}), [used], 'observed', undefined],
    ['in use, slow', of({ propagationSeconds: 300 }), [used], 'observed', 'SLOW'],
    ['idle, shows what it presents', of({ readBackProves: 'data-plane' }), [], 'read-back', undefined],
    ['idle, shows only what is stored', of({}), [], 'acknowledged', 'IDLE_WITHOUT_PROOF'],
    ['idle, with a probe', of({}, { probeUrl: 'https://api.example.com' }), [], 'observed', undefined],
    [
      'installed by its owner',
      of({ installedBy: 'owner', readBackProves: 'nothing' }),
      [],
      'acknowledged',
      'OWNER_INSTALLS',
    ],
    [
      'used before its look-back',
      of({}),
      [{ ...used, lastUsedAtMs: now - 60_001 }],
      'acknowledged',
      'IDLE_WITHOUT_PROOF',
    ],
  ] as const)('%s', (_, given, uses, evidenceNeeded, why) => {
    expect(planKit(given, uses, now)).toMatchObject({ evidenceNeeded });
    expect(planKit(given, uses, now).why).toBe(why);
  });

  it('is put in the order in which people should look', () => {
    const plans = [
      planKit(of({ propagationSeconds: 61 }), [used], now),
      planKit(of({ propagationSeconds: 300 }), [used], now),
      planKit(of({}), [], now),
      planKit(of({}), [used], now, 'It did not answer.'),
      planKit(of({}), [used], now),
    ];
    expect(byAttention(plans).map(({ why, propagationSeconds }) => [why, propagationSeconds])).toEqual([
      ['UNREACHABLE', 1],
      ['IDLE_WITHOUT_PROOF', 1],
      ['SLOW', 300],
      ['SLOW', 61],
    ]);
  });
});
