import { afterEach, describe, expect, it } from 'vitest';
import { planText } from '../../lib/cli/start-rotation.ts';
import type { PingOneFault } from '../../lib/local/stand-ins/pingone/control.ts';
import { gatewayId } from '../support/system.ts';
import { type AtPingOne, openAtPingOne } from './pingone-system.ts';

let at: AtPingOne | undefined;
afterEach(async () => {
  await at?.close();
  at = undefined;
});
const opened = async (...given: Parameters<typeof openAtPingOne>): Promise<AtPingOne> => {
  at = await openAtPingOne(...given);
  await at.adopt('all');
  return at;
};
const rotateWith = async (one: AtPingOne, fault: PingOneFault): Promise<void> => {
  one.pingOne.control.faults.push({ on: 'create-credential', fault });
  await one.start({ gatewayId, reason: 'quarterly' });
  await one.until(({ rotation }) => rotation !== undefined);
};
const creates = (one: AtPingOne): number =>
  one.pingOne.control.asked.filter((operation) => operation === 'create-credential').length;
/** The reconciler's minute, with everything that waits. */
const minute = async (one: AtPingOne): Promise<void> => {
  await one.timers.advance(60_000);
  await one.call('reconcile', {});
};

describe('A create of PingOne that nobody knows the end of', () => {
  it('is waited for; what it made and nobody holds is revoked, and another one is made (invariant 4)', async () => {
    const one = await opened();
    await rotateWith(one, { kind: 'lost-answer' });
    await one.until(({ mint }) => mint !== undefined && mint.attempts.length === 1);
    const [orphan] = one.live().filter((id) => id !== one.made[0]?.id);
    expect((await one.gateway()).rotation?.stage).toBe('BEGUN');
    expect(creates(one)).toBe(1);
    await one.underTraffic();
    const { live, ended, mint } = await one.gateway();
    expect(ended.at(-1)?.outcome).toBe('COMPLETED');
    expect(one.live()).toEqual(live.map(({ credentialId }) => credentialId));
    expect(one.live()).not.toContain(orphan);
    expect(creates(one)).toBe(2);
    expect(one.refused).toEqual([]);
    expect((await one.audit()).find(({ kind }) => kind === 'discard-credential')?.credentialIds).toEqual([orphan]);
    await minute(one);
    expect(mint === undefined || (await one.gateway()).mint === undefined).toBe(true);
  });

  it('holds when somebody else may have made what was found, names it, and goes on once a person adopted it', async () => {
    const one = await opened();
    await rotateWith(one, { kind: 'lost-answer' });
    await one.until(({ mint }) => mint !== undefined && mint.attempts.length === 1);
    const { id } = one.pingOne.createByHand(one.authority.gatewayId, one.pingOne.origin);
    const before = one.live();
    for (let times = 0; times < 20 && (await one.gateway()).rotation?.held === undefined; times++) await minute(one);
    const { actor, reason } = (await one.gateway()).rotation?.held ?? {};
    expect(actor).toBe('workflow');
    expect(reason).toContain('An interrupted create may have made one of these credentials');
    for (const credentialId of before) if (credentialId !== one.made[0]?.id) expect(reason).toContain(credentialId);
    expect(one.live()).toEqual(before);
    for (const credentialId of before) if (credentialId !== one.made[0]?.id) await one.adopt(credentialId);
    expect((await one.gateway()).live.map(({ credentialId }) => credentialId)).toContain(id);
    await one.call('operate', { command: 'resume', gatewayId, actor: 'alice', reason: 'known now' });
    await one.underTraffic();
    expect((await one.gateway()).ended.at(-1)?.outcome).toBe('COMPLETED');
    expect(one.live()).toHaveLength(1);
  });

  it('leaves no orphan when the rotation is given up meanwhile: the reconciler revokes what came late', async () => {
    const one = await opened();
    await rotateWith(one, { kind: 'lost-answer' });
    await one.until(({ mint }) => mint !== undefined && mint.attempts.length === 1);
    await one.call('operate', { command: 'roll-back', gatewayId, actor: 'alice', reason: 'not today' });
    await one.until(({ rotation }) => rotation === undefined);
    expect(one.live()).toHaveLength(2);
    for (let times = 0; times < 3; times++) await minute(one);
    expect(one.live()).toEqual([one.made[0]?.id]);
    expect((await one.gateway()).mint).toBeUndefined();
  });

  it('does not hold up a compromise: it makes its own at once, and the orphan is revoked later', async () => {
    const one = await opened();
    await rotateWith(one, { kind: 'lost-answer' });
    await one.until(({ mint }) => mint !== undefined && mint.attempts.length === 1);
    const [orphan] = one.live().filter((id) => id !== one.made[0]?.id);
    await one.call('compromise', {
      ...{ gatewayId, confirmGatewayId: gatewayId, requestId: 'press-1' },
      ...{ credentialIds: [one.made[0]?.id], actor: 'alice', reason: 'on a public page', rejectWithinSeconds: 60 },
    });
    const pressedAtMs = one.timers.now();
    await one.until(({ rotation }) => rotation?.targetId !== undefined);
    expect(one.timers.now() - pressedAtMs).toBeLessThan(5_000);
    await one.underTraffic();
    for (let times = 0; times < 3; times++) await minute(one);
    expect(one.live()).not.toContain(orphan);
    expect(one.live()).toEqual((await one.gateway()).live.map(({ credentialId }) => credentialId));
  });
});

describe('The limit of five', () => {
  it('is said by the plan, with each credential and its last use, and refuses the start', async () => {
    const one = await opened({ byHand: 1 });
    for (let more = 0; more < 4; more++) one.pingOne.createByHand(one.authority.gatewayId, one.pingOne.origin);
    await one.everyKong();
    await one.timers.advance(2_000);
    const plan = await one.plan();
    expect(plan.mayStart).toBe(false);
    expect(plan.obstacles.map(({ code }) => code)).toContain('PINGONE_UNREADY');
    expect(plan.credentials?.map(({ origin }) => origin)).toEqual([
      'adopted',
      'foreign',
      'foreign',
      'foreign',
      'foreign',
    ]);
    expect(plan.credentials?.[0]?.lastUsedAt).toBeDefined();
    expect(plan.notOurs).toHaveLength(4);
    expect(plan.proofs).toEqual({ stored: 2, acknowledged: 2 });
    expect(planText(plan, one.timers.now(), undefined)).toContain(
      "Proof can rest on a read-back of what it is configured with, beside a use (2 kits); its owner's acknowledgement (2 kits). It will lack an observation",
    );
    await one.start({ gatewayId, reason: 'quarterly' });
    await one.timers.advance(2_000);
    expect((await one.gateway()).rotation).toBeUndefined();
    expect(creates(one)).toBe(0);
  });
});
