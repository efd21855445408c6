import { afterEach, describe, expect, it } from 'vitest';
import { type LoopbackServer, openLoopbackServer } from '../../lib/local/stand-ins/loopback-server.ts';
import { gatewayId, manualKit } from '../support/system.ts';
import { type AtPingOne, openAtPingOne } from './pingone-system.ts';

let at: AtPingOne | undefined;
let api: LoopbackServer | undefined;
afterEach(async () => {
  await at?.close();
  await api?.close();
  at = undefined;
  api = undefined;
});
const begun = async (...given: Parameters<typeof openAtPingOne>): Promise<AtPingOne> => {
  at = await openAtPingOne(...given);
  await at.adopt('all');
  await at.start({ gatewayId, reason: 'quarterly' });
  await at.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
  return at;
};
const currentOf = async (one: AtPingOne): Promise<string> => {
  const { live, rotation } = await one.gateway();
  return one.credentialOf(live.find(({ credentialId }) => credentialId === rotation?.targetId) ?? { versionId: '' });
};
const verified = async (one: AtPingOne) => (await one.audit()).findLast(({ kind }) => kind === 'verified');

describe('A kit that its owner installs', () => {
  it('holds the rotation up until he acknowledges, however quiet the old credential is', async () => {
    const one = await begun({ kongs: ['edge'], others: [manualKit('by-hand')] });
    await one.underTraffic(60_000);
    const waiting = await one.gateway();
    expect(waiting.rotation?.stage).toBe('DISTRIBUTED');
    expect(waiting.rotation?.kitSummary?.laggards).toBe(1);
    expect(one.live()).toHaveLength(2);
    await one.acknowledge('by-hand');
    await one.underTraffic();
    expect((await one.gateway()).ended.at(-1)?.outcome).toBe('COMPLETED');
    expect((await verified(one))?.detail).toMatchObject({ kits: 2, observed: 0, stored: 1, acknowledged: 1 });
    expect(one.refused).toEqual([]);
  });
});

describe('A kit that is asked through its probeUrl', () => {
  /** A client API behind a kit: each request to it presents what the kit holds to PingOne, and is answered as PingOne decides. */
  const opened = async () => {
    const kit: { holds?: string; calls: number } = { calls: 0 };
    api = await openLoopbackServer(0, async () => {
      kit.calls += 1;
      const isLetIn = (await at?.present(kit.holds ?? '')) === 200;
      return isLetIn ? { status: 200, json: {} } : { status: 502, json: {} };
    });
    const others = [{ ...manualKit('behind'), probeUrl: `${api.origin}/orders` }];
    return { kit, others };
  };

  it('is believed without a word of its owner once it was asked, the new one was used and the old one was not', async () => {
    const { kit, others } = await opened();
    const one = await begun({ kongs: ['edge'], others });
    kit.holds = await currentOf(one);
    await one.underTraffic();
    expect((await one.gateway()).ended.at(-1)?.outcome).toBe('COMPLETED');
    expect(kit.calls).toBeGreaterThan(0);
    expect((await verified(one))?.detail).toMatchObject({
      kits: 2,
      observed: 0,
      probed: 1,
      stored: 1,
      acknowledged: 0,
    });
    expect(one.refused).toEqual([]);
  });

  it('is not while it holds the old one: its answers are shown as uses of that, and nothing is revoked', async () => {
    const { kit, others } = await opened();
    const one = await begun({ kongs: ['edge'], others });
    kit.holds = one.made[0]?.value ?? '';
    await one.underTraffic(90_000);
    const { rotation } = await one.gateway();
    expect(rotation?.stage).toBe('DISTRIBUTED');
    expect(rotation?.quietBroken?.why).toBe('USED');
    expect(rotation?.kitSummary?.laggards).toBe(1);
    expect(one.live()).toContain(one.made[0]?.id);
    kit.holds = await currentOf(one);
    await one.underTraffic();
    expect((await one.gateway()).ended.at(-1)?.outcome).toBe('COMPLETED');
  });

  it('is not while its answers are errors', async () => {
    const { kit, others } = await opened();
    const one = await begun({ kongs: ['edge'], others });
    await one.underTraffic(60_000);
    expect(kit.calls).toBeGreaterThan(0);
    expect((await one.gateway()).rotation?.kitSummary?.laggards).toBe(1);
    expect(one.live()).toHaveLength(2);
  });
});
