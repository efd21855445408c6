import { afterEach, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../lib/emulator/wire/keys.ts';
import { AwsError } from '../../lib/emulator/wire/service.ts';
import { gatewayId, openRotated, type System } from '../support/system.ts';

let system: System;
let old: string;
/** How many more calls of functions DynamoDB refuses. */
let refusing = 0;

/** What DynamoDB answers beyond the throughput of a table. */
const throttled = (): AwsError =>
  new AwsError('ProvisionedThroughputExceededException', 'The level of configured provisioned throughput is exceeded.');
const open = async (policy: object = {}): Promise<void> => {
  system = await openRotated({
    policy,
    fault: ({ caller, question }) => {
      if (refusing === 0 || caller === OPERATOR || !question.action.startsWith('dynamodb:')) return undefined;
      refusing -= 1;
      return throttled();
    },
  });
  old = await system.credentialOf((await system.gateway()).live[0] ?? { versionId: '' });
  await system.deployment.cloud.startSchedules();
};
afterEach(async () => {
  refusing = 0;
  await system.close();
});

describe('The table is throttled', () => {
  it('in the middle of a rotation: no wrong "no" to a kit, no false proof, and it goes on by itself (invariants 2, 5 and 6)', async () => {
    await open();
    await system.start({ gatewayId, reason: 'quarterly' });
    await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
    await system.acknowledgeAll();
    refusing = 10;
    expect(await system.ask(old, 'one', 1)).toBeGreaterThanOrEqual(500);
    await system.timers.advance(3_000); // less than the quiet window
    expect(refusing).toBeLessThan(8); // the workflow met it too
    const { live, revoked } = await system.gateway();
    expect([live.length, revoked.length]).toEqual([2, 0]);

    await system.until(({ rotation }) => rotation === undefined, 60 * 60_000);
    const after = await system.gateway();
    expect([after.ended.at(-1)?.outcome, after.live.length, await system.ask(old)]).toEqual(['COMPLETED', 1, 401]);
    expect((await system.audit()).filter(({ kind }) => kind === 'created')).toHaveLength(2);
  });

  it('when the button is pressed: it is tried again until it is written, and counts once (invariant 7)', async () => {
    await open();
    const press = { gatewayId, confirmGatewayId: gatewayId, actor: 'ann', reason: 'leaked', requestId: 'press-1' };
    refusing = 5;
    await system.call('compromise', { ...press, rejectWithinSeconds: 0 });
    expect([refusing, await system.ask(old)]).toEqual([0, 401]);

    await system.call('compromise', { ...press, rejectWithinSeconds: 0 });
    expect((await system.audit()).filter(({ kind }) => kind === 'compromise')).toHaveLength(1);
    const after = await system.finish();
    expect([after.ended.at(-1)?.outcome, after.live.length]).toEqual(['COMPLETED', 1]);
  });

  it('and a copy of the record may be served: kits go on with the credentials that it holds', async () => {
    await open({ serveStaleSeconds: 60, quietWindowSeconds: 70 });
    expect(await system.ask(old)).toBe(200);
    refusing = 40;
    const garbage = `${old.slice(0, -1)}${old.endsWith('x') ? 'y' : 'x'}`;
    expect([await system.ask(old, 'one', 1), await system.ask(garbage, 'one', 1)]).toEqual([200, 401]);
  });
});
