import { afterEach, describe, expect, it } from 'vitest';
import { gatewayId, manualKit } from '../support/system.ts';
import { type AtPingOne, openAtPingOne } from './pingone-system.ts';

let at: AtPingOne | undefined;
afterEach(async () => {
  await at?.close();
  at = undefined;
});
const tagged = (Value: string) => ({ Key: 'gateway-credential-rotation', Value });
const notGiven = /secret pingone\/worker: it is not there, or not tagged gateway-credential-rotation=orders/;

describe('The worker application of a gateway', () => {
  it.each(['payments', 'orders/edge', 'order'])(
    'is not used with the tag "%s", which is of somebody else, and the plan says so in words',
    async (tag) => {
      at = await openAtPingOne({ kongs: ['edge'], tag: tagged(tag) });
      const { mayStart, obstacles } = await at.plan();
      expect(mayStart).toBe(false);
      expect(obstacles).toContainEqual({ code: 'PINGONE_UNREADY', message: expect.stringMatching(notGiven) });
      await expect(at.adopt('all')).rejects.toThrow(notGiven);
      expect(at.pingOne.control.asked).toEqual([]);
    },
  );

  it('is used with a tag that names this gateway beside others', async () => {
    at = await openAtPingOne({ kongs: ['edge'], tag: tagged('payments orders') });
    expect((await at.plan()).obstacles).toEqual([]);
    expect(await at.adopt('all')).toMatchObject({ result: 'DONE' });
  });
});

describe('PingOne', () => {
  it.each(['apiUrl', 'tokenUrl', 'serviceUrl'])(
    'refuses %s with a host that the deployment does not allow',
    async (name) => {
      at = await openAtPingOne({ kongs: ['edge'] });
      const authority = { ...at.authority, [name]: 'https://pingone.example.com/v1' };
      await expect(at.apply({ authority })).rejects.toThrow(
        /the authority of gateway orders: given the host pingone\.example\.com; this deployment allows 127\.0\.0\.1/,
      );
      expect((await at.gateway()).authority?.apiUrl).toBe(at.pingOne.apiUrl);
    },
  );

  it('is not asked at a host that is in the record and not allowed, and no secret is read for it', async () => {
    at = await openAtPingOne({ kongs: ['edge'] });
    const { policy, shardCount, authority } = await at.gateway();
    if (!authority) throw new Error('PingOne is not the authority.');
    const elsewhere = { ...authority, tokenUrl: 'https://pingone.example.com/as/token' };
    await at.deployment.stores.gateways.apply(gatewayId, {
      kind: 'configure',
      configuration: { policy, shardCount, authority: elsewhere, decision: { kind: 'allow-all' } },
      ...{ actor: 'test', reason: 'test' },
    });
    const reads = () => at?.decisions.filter(({ question }) => question.resource.includes('pingone/worker')).length;
    const before = reads();
    const { obstacles } = await at.plan();
    expect(obstacles).toContainEqual({
      code: 'PINGONE_UNREADY',
      message: expect.stringContaining(
        'The authority of gateway orders is not asked: given the host pingone.example.com',
      ),
    });
    expect(reads()).toBe(before);
    expect(at.pingOne.control.asked).toEqual([]);
  });

  it('has the plan name what a kit can rest on, and which waits for its owner', async () => {
    at = await openAtPingOne({ kongs: ['edge'], others: [manualKit('by-hand')] });
    const { attention, kits } = await at.plan();
    expect(kits.waitForPeople).toBe(1);
    expect(attention).toContainEqual(
      expect.objectContaining({ kitId: 'by-hand', why: 'OWNER_INSTALLS', canRestOn: ['acknowledged'] }),
    );
  });
});

describe('A roll-back', () => {
  const rollBack = (one: AtPingOne) =>
    one.call('operate', { command: 'roll-back', gatewayId, actor: 'alice', reason: 'not today' });
  const distributed = async (one: AtPingOne): Promise<void> => {
    await one.start({ gatewayId, reason: 'quarterly' });
    await one.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
  };

  it('refuses to go back to what was adopted by its id: nobody here has its value', async () => {
    at = await openAtPingOne();
    await at.adopt('all');
    await distributed(at);
    expect(await rollBack(at)).toMatchObject({ result: 'REFUSED', code: 'NOTHING_TO_ROLL_BACK_TO' });
    expect((await at.gateway()).rotation?.rolledBack).toBeUndefined();
    await at.underTraffic();
    expect((await at.gateway()).ended.at(-1)?.outcome).toBe('COMPLETED');
    expect(at.refused).toEqual([]);
  });

  it('goes back to what we have minted, and refuses no request', async () => {
    at = await openAtPingOne();
    await at.adopt('all');
    await distributed(at);
    await at.underTraffic();
    const [kept] = (await at.gateway()).live;
    await distributed(at);
    expect(await rollBack(at)).toMatchObject({ result: 'DONE' });
    await at.underTraffic();
    const { ended, live } = await at.gateway();
    expect(ended.at(-1)?.outcome).toBe('ROLLED_BACK');
    expect(live.map(({ credentialId }) => credentialId)).toEqual([kept?.credentialId]);
    expect(at.live()).toEqual([kept?.credentialId]);
    expect(at.refused).toEqual([]);
  });
});
