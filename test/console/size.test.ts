import { expect, it } from 'vitest';
import { showConsole } from '../../lambdas/console/show-page.ts';
import { gateways, kitsInUse, readingOf } from './fleet.ts';
import { rotating } from './scenes.ts';

/** What a synchronous Lambda call may answer (Lambda quotas). */
const limit = 6 * 1024 * 1024;

it('stays far below what Lambda may answer with 500 gateways, and with 10,000 kits behind one', async () => {
  const gateway = rotating('gateway-0', {}, { shardCount: 128 });
  const needs = { ...readingOf(gateways(500), gateway, kitsInUse(10_000)), actFunction: 'arn', stackName: 'stack' };
  const asks = [{ view: 'gateways' }, { view: 'gateway', gatewayId: 'gateway-0' }];
  const acts = ['compromise', 'force', 'hold'].map((act) => ({ view: 'act', gatewayId: 'gateway-0', act }));
  for (const ask of [...asks, ...acts]) {
    const text = String(await showConsole(needs, ask, 'arn'));
    expect(text).toContain('gateway-0');
    expect(Buffer.byteLength(text)).toBeLessThan(limit / 40);
  }
});
