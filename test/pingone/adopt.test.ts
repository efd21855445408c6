import { afterEach, describe, expect, it } from 'vitest';
import { gatewayId } from '../support/system.ts';
import { type AtPingOne, openAtPingOne } from './pingone-system.ts';

let at: AtPingOne | undefined;
afterEach(async () => {
  await at?.close();
  at = undefined;
});

describe('Adopting by its id', () => {
  it('takes what PingOne lists, one by one', async () => {
    at = await openAtPingOne({ byHand: 3, kongs: ['edge'] });
    const [first, second] = at.made;
    expect(await at.adopt(first?.id ?? '')).toMatchObject({ result: 'DONE' });
    expect(await at.adopt(first?.id ?? '')).toMatchObject({ result: 'UNCHANGED' });
    expect(await at.adopt(second?.id ?? '')).toMatchObject({ result: 'DONE' });
    const { live } = await at.gateway();
    expect(live.map(({ credentialId }) => credentialId)).toEqual([first?.id, second?.id]);
  });

  it('refuses an id that PingOne does not list, and names those that it does', async () => {
    at = await openAtPingOne({ kongs: ['edge'] });
    const unknown = '99999999-1111-4222-8333-444455556666';
    expect(await at.adopt(unknown)).toMatchObject({
      ...{ result: 'REFUSED', code: 'UNKNOWN_CREDENTIAL' },
      message: `PingOne has no credential ${unknown} for gateway orders; it has ${at.made[0]?.id}.`,
    });
    expect((await at.gateway()).live).toEqual([]);
  });

  it('refuses one that was revoked here, and one that was deleted there', async () => {
    at = await openAtPingOne({ byHand: 2, kongs: ['edge'] });
    const [used, deleted] = at.made;
    await at.adopt(used?.id ?? '');
    at.pingOne.deleteByHand(at.authority.gatewayId, deleted?.id ?? '');
    expect(await at.adopt(deleted?.id ?? '')).toMatchObject({ result: 'REFUSED', code: 'UNKNOWN_CREDENTIAL' });
    await at.start({ gatewayId, reason: 'quarterly' });
    await at.until(({ rotation }) => rotation !== undefined);
    await at.underTraffic();
    expect(await at.adopt(used?.id ?? '')).toMatchObject({ result: 'REFUSED', code: 'UNKNOWN_CREDENTIAL' });
    expect((await at.gateway()).live).toHaveLength(1);
  });
});
