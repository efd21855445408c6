import { describe, expect, it } from 'vitest';
import type { CredentialId, GatewayId, KitId } from '../../lambdas/domain/ids.ts';
import type { Kit, Use } from '../../lambdas/domain/kit.ts';
import { revertedUse } from '../../lambdas/domain/reverted.ts';
import { now } from './gateways.ts';

const kit: Kit = {
  gatewayId: 'g' as GatewayId,
  kitId: 'kong' as KitId,
  kind: 'kong',
  owner: 'edge',
  traits: { installedBy: 'us', readBackProves: 'store', propagationSeconds: 10 },
  lookBackSeconds: 3600,
  settings: {},
  registeredAtMs: 0,
};
const used = (credentialId: string, address: string, lastUsedAtMs: number): Use => ({
  ...{ credentialId: credentialId as CredentialId, kitId: 'kong', address },
  ...{ firstUsedAtMs: 0, lastUsedAtMs },
});
const refused = [used('c-a', '10.0.0.2', now - 60_000)];

describe('a kit that presents a revoked credential', () => {
  it('is reverted, from the sources that did', () =>
    expect(revertedUse(kit, refused, [], now)).toEqual({
      ...{ credentialId: 'c-a', sources: ['10.0.0.2'], lastUsedAtMs: now - 60_000 },
    }));
  it('is no more once that source was seen with a live one since', () =>
    expect(revertedUse(kit, refused, [used('c-b', '10.0.0.2', now - 59_000)], now)).toBeUndefined());
  it('still is while another of its nodes is seen with a live one, or that one was before', () => {
    const live = [used('c-b', '10.0.0.3', now), used('c-b', '10.0.0.2', now - 61_000)];
    expect(revertedUse(kit, refused, live, now)).toMatchObject({ sources: ['10.0.0.2'] });
  });
  it('is no more when its sources have been silent for its look-back, or a person has retired them', () => {
    expect(revertedUse(kit, [used('c-a', '10.0.0.2', now - 3_600_001)], [], now)).toBeUndefined();
    const short = { ...kit, lookBackSeconds: 60 }; // shorter than the time between two looks
    expect(revertedUse(short, [used('c-a', '10.0.0.2', now - 3_600_000)], [], now)).toBeDefined();
    const retiredSources = [{ source: '10.0.0.2', actor: 'ann', reason: 'gone', atMs: now }];
    expect(revertedUse({ ...kit, retiredSources }, refused, [], now)).toBeUndefined();
  });
});
