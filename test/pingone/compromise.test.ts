import { afterEach, describe, expect, it } from 'vitest';
import { gatewayId } from '../support/system.ts';
import { type AtPingOne, openAtPingOne } from './pingone-system.ts';

let at: AtPingOne | undefined;
afterEach(async () => {
  await at?.close();
  at = undefined;
});
const rotated = async (): Promise<AtPingOne> => {
  at = await openAtPingOne();
  await at.adopt('all');
  await at.start({ gatewayId, reason: 'first' });
  await at.until(({ rotation }) => rotation !== undefined);
  await at.underTraffic();
  return at;
};
const press = (one: AtPingOne, rejectWithinSeconds: number): Promise<unknown> =>
  one.call('compromise', {
    ...{ gatewayId, confirmGatewayId: gatewayId, requestId: 'press-1', rejectWithinSeconds },
    ...{ actor: 'alice', reason: 'on a public page' },
  });

describe('A compromise of a credential of PingOne', () => {
  it('moves the kits, and revokes it at PingOne when its time has come, even if a kit was left behind (invariant 7)', async () => {
    const one = await rotated();
    const [old] = (await one.gateway()).live;
    const value = await one.credentialOf({ versionId: old?.versionId });
    await press(one, 30);
    const pressedAtMs = one.timers.now();
    while ((await one.present(value)) === 200) await one.timers.advance(1_000); // somebody keeps using it
    expect(one.timers.now() - pressedAtMs).toBeGreaterThanOrEqual(29_000);
    expect(one.timers.now() - pressedAtMs).toBeLessThanOrEqual(35_000);
    await one.underTraffic();
    const { revoked, ended } = await one.gateway();
    expect(ended.at(-1)?.outcome).toBe('COMPLETED');
    expect(revoked.at(-1)).toMatchObject({ credentialId: old?.credentialId, cause: 'COMPROMISED' });
    expect(revoked.at(-1)?.confirmedAtMs).toBeDefined();
    expect(one.refused).toEqual([]);
  });

  it('with 0 seconds revokes it first, and then makes the new one', async () => {
    const one = await rotated();
    const [old] = (await one.gateway()).live;
    one.pingOne.control.asked.length = 0;
    await press(one, 0);
    await one.until(({ rotation }) => rotation?.targetId !== undefined);
    const order = one.pingOne.control.asked.filter((asked) => /^(?:delete|create)-credential$/.test(asked));
    expect(order[0]).toBe('delete-credential');
    expect(order).toContain('create-credential');
    expect(one.live()).not.toContain(old?.credentialId);
  });

  it('makes room where PingOne has five, those of others among them, by ending the compromised one before its time', async () => {
    const one = await rotated();
    const [old] = (await one.gateway()).live;
    for (let more = 0; more < 4; more++) one.pingOne.createByHand(one.authority.gatewayId, one.pingOne.origin);
    const others = one.live().filter((id) => id !== old?.credentialId);
    await press(one, 3_600);
    await one.until(({ rotation }) => rotation?.targetId !== undefined);
    expect(one.live()).not.toContain(old?.credentialId);
    expect(one.live()).toEqual(expect.arrayContaining(others));
    await one.underTraffic();
    expect((await one.gateway()).ended.at(-1)?.outcome).toBe('COMPLETED');
    expect(one.live()).toHaveLength(5);
  });

  it('is ended by the reconciler when no execution is there to do it', async () => {
    const one = await rotated();
    const [old] = (await one.gateway()).live;
    await press(one, 30);
    await one.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    one.pingOne.control.faults.push(
      ...Array.from({ length: 3 }, () => ({ on: 'delete-credential', fault: { kind: 'lost-request' } }) as const),
    );
    await one.timers.advance(31_000);
    for (let times = 0; times < 2; times++) {
      await one.timers.advance(60_000);
      await one.call('reconcile', {});
    }
    expect(one.live()).not.toContain(old?.credentialId);
    const revoked = (await one.gateway()).revoked.find(({ credentialId }) => credentialId === old?.credentialId);
    expect(revoked?.confirmedAtMs).toBeDefined();
  });

  it('is not called revoked before PingOne was seen to refuse it (invariant 8)', async () => {
    const one = await rotated();
    const [old] = (await one.gateway()).live;
    one.pingOne.control.revokePropagationMs = 20_000;
    await press(one, 0);
    await one.until(({ revoked }) => revoked.some(({ credentialId }) => credentialId === old?.credentialId));
    await one.timers.advance(2_000);
    const of = async () => (await one.gateway()).revoked.find(({ credentialId }) => credentialId === old?.credentialId);
    expect((await of())?.confirmedAtMs).toBeUndefined();
    await one.underTraffic();
    await one.timers.advance(60_000);
    await one.call('reconcile', {});
    expect((await of())?.confirmedAtMs).toBeDefined();
  });
});
