import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { openSystem, type System } from '../support/system.ts';
import { cliOf } from './terminal-double.ts';

const kim = 'kim@example.com';
const policy = { quietWindowSeconds: 4, useRecordingSeconds: 1, longestRequestSeconds: 1, longestWaitSeconds: 2 };
const gateway = (gatewayId: string, env: string, owners: readonly string[]) => ({
  ...{ gatewayId, labels: { env }, authority: { kind: 'builtin' }, decision: { kind: 'allow-all' }, policy },
  kits: owners.map((owner, index) => ({
    ...{
      kitId: `kit-${index}`,
      kind: 'manual',
      owner,
      lookBackSeconds: 60,
      labels: { site: index === 0 ? 'north' : 'south' },
    },
  })),
});
const ids = ['orders', 'payments', 'sandbox'] as GatewayId[];

let system: System;
let run: ReturnType<typeof cliOf>;

const all = () => Promise.all(ids.map((id) => system.deployment.stores.gateways.read(id)));
const untilAll = (stands: (one: Awaited<ReturnType<typeof all>>[number]) => boolean) =>
  system.timers.runUntil(async () => (await all()).every(stands), 10 * 60_000);
const acknowledge = (...more: string[]) => run(['kits', 'acknowledge', ...more, '--reason', 'installed by Kim']);

beforeAll(async () => {
  system = await openSystem({
    gateways: [
      gateway('orders', 'prod', [kim, 'lee']),
      gateway('payments', 'prod', [kim, kim]),
      gateway('sandbox', 'test', [kim]),
    ],
  });
  run = cliOf(system);
  await system.deployment.call('apply-registry', {});
  await untilAll((one) => one?.rotation?.stage === 'DISTRIBUTED');
});
afterAll(() => system.close());

describe('many gateways', () => {
  it('kits acknowledge shows all kits of an owner that wait for him, asks, and repeats the credential of each gateway', async () => {
    const asked = await acknowledge('--owner', kim);
    expect(asked).toMatchObject({ exitCode: 3, said: expect.stringContaining('--yes') });
    const [orders, payments] = await all();
    expect(asked.said).toContain(`orders    kit-0  ${kim}  waits for owner  ${orders?.rotation?.targetId}`);
    expect(asked.said).toContain(`payments  kit-1  ${kim}  waits for owner  ${payments?.rotation?.targetId}`);
    expect(asked.said).not.toContain('lee');
    const one = await acknowledge('payments', '--label', 'site=south', '--yes');
    expect(one).toMatchObject({ exitCode: 0, out: '1 kit recorded.' });
    const rest = JSON.parse((await acknowledge('--owner', kim, '--yes', '--json')).out) as { kits: object[] };
    expect(rest.kits).toMatchObject([
      { gatewayId: 'orders', kitId: 'kit-0', result: 'DONE', credentialId: orders?.rotation?.targetId },
      { gatewayId: 'payments', kitId: 'kit-0' },
      { gatewayId: 'sandbox', kitId: 'kit-0' },
    ]);
    const credential = await acknowledge('orders', '--owner', 'lee', '--credential', 'j2oh157DT0', '--yes');
    expect(credential).toMatchObject({ exitCode: 1, out: expect.stringContaining('orders/kit-1: UNKNOWN_CREDENTIAL') });
    expect((await acknowledge('orders', '--owner', 'lee', '--yes')).exitCode).toBe(0);
    await untilAll((now) => now?.rotation === undefined);
    expect(await acknowledge('--owner', kim, '--yes')).toMatchObject({
      exitCode: 0,
      out: 'No such kit waits for its owner.',
    });
    for (const wrong of [['orders', 'kit-0', '--owner', kim], ['orders'], []])
      expect((await acknowledge(...wrong)).exitCode).toBe(2);
  });

  it('status, kits list and rotate choose by label', async () => {
    expect(JSON.parse((await run('status --label env=prod --json')).out)).toMatchObject({
      rows: [{ gatewayId: 'orders' }, { gatewayId: 'payments' }],
    });
    expect((await run('kits list orders --label site=north')).out).toMatch(
      /kit-0\s+manual[\s\S]*Page 1 of 1, 1 kits\./,
    );
    expect((await run('kits list orders --late')).out).not.toContain('kit-0');
    const rotate = ['rotate', '--reason', 'quarterly'];
    expect((await run(rotate)).exitCode).toBe(2);
    expect((await run([...rotate, 'orders', '--label', 'env=prod'])).exitCode).toBe(2);
    expect(await run([...rotate, '--label', 'env'])).toMatchObject({
      exitCode: 2,
      said: expect.stringContaining('name=value'),
    });
    expect(await run([...rotate, '--label', 'env=stage', '--yes'])).toMatchObject({ exitCode: 1 });
    expect(await run([...rotate, '--label', 'env=prod'])).toMatchObject({ exitCode: 3 });
  });

  it('rotate --label sees those with the label through a rotation each, one at a time, and no other', async () => {
    const begun = (await all()).map((one) => one?.ended.length);
    const rotated = run(['rotate', '--label', 'env=prod', '--reason', 'quarterly', '--yes', '--json']);
    let isOver = false;
    void rotated.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await system.timers.advance(1_000);
      const now = await all();
      expect(now.filter((one) => one?.rotation).length).toBeLessThanOrEqual(1);
      for (const one of now)
        if (one?.rotation?.stage === 'DISTRIBUTED') await acknowledge(one.gatewayId, '--label', 'site=north', '--yes');
      for (const one of now)
        if (one?.rotation?.stage === 'DISTRIBUTED') await acknowledge(one.gatewayId, '--label', 'site=south', '--yes');
    }
    const { exitCode, out } = await rotated;
    expect(JSON.parse(out)).toMatchObject({
      gateways: [
        { gatewayId: 'orders', result: 'COMPLETED' },
        { gatewayId: 'payments', result: 'COMPLETED' },
      ],
    });
    expect(exitCode).toBe(0);
    expect((await all()).map((one, index) => (one?.ended.length ?? 0) - (begun[index] ?? 0))).toEqual([1, 1, 0]);
    const again = await run([
      'rotate',
      '--label',
      'env=prod',
      '--unless-rotated-within',
      '1d',
      '--reason',
      'quarterly',
      '--yes',
    ]);
    expect(again).toMatchObject({ exitCode: 0, out: '2 of 2 gateways are done.' });
    expect((await all()).map((one, index) => (one?.ended.length ?? 0) - (begun[index] ?? 0))).toEqual([1, 1, 0]);
  });
});
