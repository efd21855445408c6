import { RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it } from 'vitest';
import { type AtPingOne, openAtPingOne } from './pingone-system.ts';

let at: AtPingOne | undefined;
afterEach(async () => {
  await at?.close();
  at = undefined;
});
/** A gateway whose one credential was adopted, and whose secret has a schedule. */
const scheduled = async (): Promise<AtPingOne> => {
  at = await openAtPingOne();
  await at.adopt('all');
  await at.apply({ schedule: { expression: 'rate(300 days)', duration: '3h' } });
  await at.timers.advance(5_000);
  await at.deployment.cloud.startSchedules(); // Secrets Manager tries again, and the reconciler looks in every minute
  return at;
};
const rotate = async (one: AtPingOne): Promise<void> => {
  const { secretArn: SecretId } = await one.gateway();
  await one.deployment.secretsManager.send(new RotateSecretCommand({ SecretId }));
};
const creates = (one: AtPingOne): number =>
  one.pingOne.control.asked.filter((operation) => operation === 'create-credential').length;
const expectOnlyCurrent = async (one: AtPingOne): Promise<void> => {
  const { live, ended } = await one.gateway();
  expect(ended.at(-1)?.outcome).toBe('COMPLETED');
  expect(live.map(({ stage }) => stage)).toEqual(['CURRENT']);
  expect(one.live()).toEqual(live.map(({ credentialId }) => credentialId));
};

describe("Secrets Manager's rotation of a gateway at PingOne", () => {
  it('goes from createSecret to finishSecret, hands over to the workflow, and refuses no request', async () => {
    const one = await scheduled();
    expect(creates(one)).toBe(0); // the schedule's own test of the function makes nothing
    await rotate(one);
    await one.until(({ rotation }) => rotation?.driver === 'workflow');
    const { rotation } = await one.gateway();
    expect(rotation?.trigger).toBe('scheduled');
    await one.underTraffic();
    await expectOnlyCurrent(one);
    expect(creates(one)).toBe(1);
    expect(one.refused).toEqual([]);
    expect(await one.present(one.made[0]?.value ?? '')).toBe(401);
  });

  it('waits in createSecret while nobody knows what became of a create, revokes the orphan, and ends with one (invariant 4)', async () => {
    const one = await scheduled();
    one.pingOne.control.faults.push({ on: 'create-credential', fault: { kind: 'lost-answer' } });
    await rotate(one);
    await one.timers.advance(2_000);
    expect(JSON.stringify(one.logged)).toContain('Nobody knows yet what became of an earlier request');
    expect(creates(one)).toBe(1);
    const [orphan] = one.live().filter((id) => id !== one.made[0]?.id);
    await one.until(({ rotation }) => rotation?.driver === 'workflow');
    expect(one.live()).not.toContain(orphan);
    expect(one.live()).toHaveLength(2);
    expect(creates(one)).toBe(2);
    await one.underTraffic();
    await expectOnlyCurrent(one);
    expect(one.refused).toEqual([]);
  });

  it('is given up when it was not handed over in time; what its lost create made is revoked, and it may rotate again', async () => {
    const one = await scheduled();
    one.pingOne.control.faults.push({ on: 'create-credential', fault: { kind: 'lost-answer' } });
    await rotate(one);
    await one.timers.advance(2_000);
    one.pingOne.control.outage = 'unavailable';
    await one.until(({ rotation }) => rotation === undefined, 2 * 3_600_000);
    expect((await one.gateway()).ended.at(-1)?.outcome).toBe('FAILED');
    one.pingOne.control.outage = 'none';
    expect(one.live()).toHaveLength(2);
    await one.timers.advance(180_000);
    expect(one.live()).toEqual([one.made[0]?.id]);
    expect((await one.gateway()).mint).toBeUndefined();
    await rotate(one);
    await one.until(({ rotation }) => rotation?.driver === 'workflow');
    await one.underTraffic();
    await expectOnlyCurrent(one);
    expect(one.refused).toEqual([]);
  });
});
