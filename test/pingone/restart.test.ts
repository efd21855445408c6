import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type Kong, openKong } from '../../lib/local/stand-ins/kong.ts';
import type { Operation, PingOneFault } from '../../lib/local/stand-ins/pingone/control.ts';
import { type OpenPingOne, openPingOne } from '../../lib/local/stand-ins/pingone/open-pingone.ts';
import { emptyState, type PingOneState } from '../../lib/local/stand-ins/pingone/state.ts';
import { account, gatewayId as atPingOne } from '../local/stand-ins/pingone-account.ts';
import { statusFor } from '../support/status-for.ts';
import { gatewayId, openSystem, type System } from '../support/system.ts';
import { authorityAt, giveWorker, kongKit } from './pingone-system.ts';

const clock = { now: Date.now };
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  clock.now = Date.now;
});

/** PingOne over what it has kept, always at the same address. */
const openKept = (kept: { state: PingOneState; port: number }): Promise<OpenPingOne> =>
  openPingOne({
    ...account({ nowMs: 0 }, { load: () => kept.state, save: (state) => void Object.assign(kept, { state }) }),
    timers: { now: () => clock.now(), sleep: async () => undefined },
    port: kept.port,
  });

const lost = (on: Operation, times: number, fault: PingOneFault) =>
  Array.from({ length: times }, () => ({ on, fault }));

it.each([
  [
    'while nobody knows what became of its create',
    lost('create-credential', 1, { kind: 'lost-answer' }),
    ({ mint }) => mint?.attempts.length === 1,
  ],
  ['while its kits wait for quiet', [], ({ rotation }) => rotation?.stage === 'DISTRIBUTED'],
  [
    'when the record has revoked the old credential, and PingOne has not heard of it',
    lost('delete-credential', 3, { kind: 'lost-request' }),
    ({ revoked }) => revoked.length > 0,
  ],
] satisfies readonly (readonly [string, OpenPingOne['control']['faults'], Parameters<System['until']>[0]])[])(
  'A rotation at PingOne goes on and completes after a stop of everything %s (invariants 4 and 5)',
  async (_, faults, isThere) => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'restart-'));
    closing.push(() => rmSync(dataFolder, { recursive: true }));
    const kept = { state: emptyState(), port: 0 };
    let pingOne = await openKept(kept);
    kept.port = Number(new URL(pingOne.origin).port);
    closing.push(() => pingOne.close());
    const { id, value: sharedSecret } = pingOne.createByHand(atPingOne, pingOne.origin);
    const kong: Kong = await openKong({ port: 0, workerUpdateMs: 100, nowMs: () => clock.now() });
    closing.push(() => kong.close());
    const plugin = kong.addPlugin({ serviceUrl: pingOne.serviceUrl, sharedSecret });
    const refused: number[] = [];
    const request = async (): Promise<void> => {
      const status = await statusFor(pingOne.serviceUrl, kong.currentCredential(plugin) ?? '');
      if (status !== 200) refused.push(status);
    };
    const given = { authority: authorityAt(pingOne), kits: [kongKit('edge', kong)], dataFolder };
    const passed = async (system: System, until: Parameters<System['until']>[0]): Promise<void> => {
      for (let turns = 0; turns < 600 && !until(await system.gateway()); turns++) {
        await request();
        await system.timers.advance(500);
      }
      expect(until(await system.gateway())).toBe(true);
    };

    const first = await openSystem(given, Date.now());
    clock.now = first.timers.now;
    await giveWorker(first);
    const by = { actor: 'alice', reason: 'from before this system' };
    await first.call('operate', { command: 'adopt', gatewayId, credentialId: 'all', ...by });
    pingOne.control.faults.push(...faults);
    await first.start({ gatewayId, reason: 'quarterly' });
    await passed(first, isThere);
    const { rotationId } = (await first.gateway()).rotation ?? expect.fail('It has ended.');
    await first.close();
    await pingOne.close();

    pingOne = await openKept(kept);
    const second = await openSystem(given, first.timers.now() + 30_000);
    closing.push(() => second.close());
    clock.now = second.timers.now;
    await second.deployment.cloud.startSchedules();
    await passed(second, ({ rotation }) => rotation === undefined);
    const { ended, live, revoked } = await second.gateway();
    expect(ended).toMatchObject([{ rotationId, outcome: 'COMPLETED' }]);
    expect(live).toHaveLength(1);
    expect(pingOne.live(atPingOne)).toEqual(live.map(({ credentialId }) => credentialId));
    expect(revoked).toMatchObject([{ credentialId: id, confirmedAtMs: expect.any(Number) }]);
    await second.timers.advance(61_000); // the reconciler sees that nothing was left behind
    expect((await second.gateway()).mint).toBeUndefined();
    expect(refused).toEqual([]);
  },
);
