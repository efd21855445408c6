import { afterEach, describe, expect, it } from 'vitest';
import { gatewayId } from '../support/system.ts';
import { type AtPingOne, openAtPingOne } from './pingone-system.ts';

let at: AtPingOne | undefined;
afterEach(async () => {
  await at?.close();
  at = undefined;
});
const opened = async (...given: Parameters<typeof openAtPingOne>): Promise<AtPingOne> => {
  at = await openAtPingOne(...given);
  return at;
};
const rotate = async (one: AtPingOne): Promise<void> => {
  await one.start({ gatewayId, reason: 'quarterly' });
  await one.until(({ rotation }) => rotation !== undefined);
};
const detailOf = async (one: AtPingOne, kind: string) => (await one.audit()).findLast((entry) => entry.kind === kind);

describe('A gateway of PingOne whose kits call PingOne', () => {
  it('registers without a credential, touches nothing at PingOne, and begins nothing by itself', async () => {
    const one = await opened();
    expect(await one.gateway()).toMatchObject({ live: [], authority: { kind: 'pingone' } });
    expect((await one.gateway()).rotation).toBeUndefined();
    expect(one.live()).toEqual([one.made[0]?.id]);
  });

  it('adopts two credentials that were there, and retires both without a refused request', async () => {
    const one = await opened({ byHand: 2 });
    const before = one.live();
    expect(await one.adopt('all')).toMatchObject({ result: 'DONE' });
    expect((await one.gateway()).live.map(({ credentialId, origin }) => [credentialId, origin.kind])).toEqual(
      before.map((id) => [id, 'adopted']),
    );
    await rotate(one);
    await one.underTraffic();
    const { live, ended, revoked, mint } = await one.gateway();
    expect(ended.at(-1)?.outcome).toBe('COMPLETED');
    expect(one.refused).toEqual([]);
    expect(one.live()).toEqual(live.map(({ credentialId }) => credentialId));
    expect(live).toHaveLength(1);
    expect(revoked.map(({ confirmedAtMs }) => confirmedAtMs !== undefined)).toEqual([true, true]);
    expect(mint).toBeUndefined();
    expect(await one.present(one.made[0]?.value ?? '')).toBe(401);
    const verified = await detailOf(one, 'verified');
    expect(verified?.detail).toMatchObject({
      kits: 2,
      observed: 0,
      stored: 2,
      lacks: ['observed'],
      quietBy: 'lastUsedAt',
    });
    expect(verified?.reason).toContain('2 stored; none observed, as they call PingOne');
  });

  it('is shown without a word of who was seen, as nobody here sees its kits', async () => {
    const one = await opened();
    await one.adopt('all');
    await rotate(one);
    await one.underTraffic();
    const page = JSON.stringify(await one.call('console', { view: 'gateway', gatewayId }));
    expect(page).toContain('calls PingOne');
    expect(page).not.toContain('not seen');
  });

  it('leaves alone what nobody adopted', async () => {
    const one = await opened({ byHand: 2 });
    const [used, foreign] = one.made;
    await one.adopt(used?.id ?? '');
    await rotate(one);
    await one.underTraffic();
    expect((await one.gateway()).ended.at(-1)?.outcome).toBe('COMPLETED');
    expect(one.live()).toContain(foreign?.id);
    expect(one.live()).not.toContain(used?.id);
  });

  it('revokes nothing while a kit keeps the old credential: PingOne shows its use', async () => {
    const one = await opened();
    await one.adopt('all');
    await rotate(one);
    const old = one.made[0]?.value ?? '';
    for (let tick = 0; tick < 40; tick++) {
      await one.everyKong();
      expect(await one.present(old)).toBe(200); // a kit that nobody registered
      await one.timers.advance(1_000);
    }
    const { rotation } = await one.gateway();
    expect(rotation?.stage).toBe('DISTRIBUTED');
    expect(rotation?.quietBroken?.why).toBe('USED');
    await one.underTraffic();
    expect((await one.gateway()).ended.at(-1)?.outcome).toBe('COMPLETED');
  });

  it('begins the quiet window again when PingOne could not be read', async () => {
    const one = await opened();
    await one.adopt('all');
    await rotate(one);
    while ((await one.gateway()).rotation?.quietSinceMs === undefined) {
      await one.everyKong();
      await one.timers.advance(500);
    }
    one.pingOne.control.outage = 'unavailable';
    await one.timers.advance(3_000);
    expect((await one.gateway()).rotation).not.toHaveProperty('quietSinceMs');
    expect((await one.gateway()).rotation?.quietBroken?.why).toBe('RECORDING_NOT_PROVEN');
    one.pingOne.control.outage = 'none';
    await one.underTraffic();
    expect((await one.gateway()).ended.at(-1)?.outcome).toBe('COMPLETED');
  });
});
