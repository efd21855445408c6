import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { lambdasWith } from '../../lambdas/runtime/host.ts';
import { lambda } from '../../lambdas/runtime/lambda.ts';
import { lambda as leanLambda } from '../../lambdas/runtime/lean-lambda.ts';
import { countMetric, type Log, recordGauges, withoutSecrets } from '../../lambdas/runtime/log.ts';
import { printedBy } from './printed.ts';

const credential = 'gwc_j2oh157DT0_0123456789abcdefghijABCDEFGHIJ0123456789abcdefgh';
const rotationId = '3d1f6f0e-5d3f-8a3e-9a63-0c5f6a1b2c3d';
const context = { functionName: 'verify-kits', awsRequestId: 'r1' } as Context;

/** What a handler of this build writes for one event. */
const written = async (event: unknown, work: (log: Log) => void): Promise<readonly unknown[]> => {
  const lines: unknown[] = [];
  const log: Log = (level, message, fields) => void lines.push({ level, message, ...fields });
  const { in: host } = lambdasWith(log)(
    ({ log: own }) =>
      async () =>
        work(own),
  );
  await host({ environment: {}, log, now: () => 0 })(event, context).catch(() => undefined);
  return lines;
};

describe('Every line of a function', () => {
  it('carries the id of the rotation that the call is about', async () => {
    const say = (log: Log) => log('INFO', 'The rotation waits.', { gatewayId: 'orders' });
    for (const event of [
      { rotationId },
      { ClientRequestToken: rotationId, Step: 'createSecret' },
      { input: { rotationId } },
    ])
      expect(await written(event, say)).toEqual([
        { level: 'INFO', message: 'The rotation waits.', gatewayId: 'orders', correlation_id: rotationId },
      ]);
    expect(await written({ rotationId: 'made up' }, say)).toEqual([
      { level: 'INFO', message: 'The rotation waits.', gatewayId: 'orders' },
    ]);
  });

  it('keeps the ids of two calls at the same time apart', async () => {
    const lines: { correlation_id?: string }[] = [];
    const log: Log = (_level, _message, fields) => void lines.push({ ...fields } as never);
    const { in: host } = lambdasWith(log)(({ log: own }) => async () => {
      await Promise.resolve();
      own('INFO', 'x');
    });
    const call = host({ environment: {}, log, now: () => 0 });
    const other = rotationId.replace('3d', '4e');
    await Promise.all([call({ rotationId }, context), call({ rotationId: other }, context)]);
    expect(lines.map(({ correlation_id }) => correlation_id).toSorted()).toEqual([rotationId, other]);
  });

  it('carries no credential, in its message, in a field, or in the error that ended the call (invariant 9)', async () => {
    const lines = await written({}, (log) => {
      log('WARN', `refused ${credential}`, {
        kitId: credential,
        error: { name: 'E', message: `it said "${credential}"` },
      });
      throw new Error(`failed with ${credential.slice(0, 30)}`);
    });
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain('0123456789');
    expect(JSON.stringify(lines)).toContain('gwc_[redacted]');
  });

  it('says nothing else than before when there is nothing to hide', () => {
    const lines: unknown[] = [];
    const log = withoutSecrets((...line) => void lines.push(line));
    log('INFO', 'x', { gatewayId: 'orders', blockers: [{ code: 'NO_KITS' }] });
    expect(lines).toEqual([['INFO', 'x', { gatewayId: 'orders', blockers: [{ code: 'NO_KITS' }] }]]);
  });
});

const dimensionsOf = (line: Record<string, unknown>): unknown =>
  (line._aws as { CloudWatchMetrics: { Dimensions: unknown }[] }).CloudWatchMetrics.map(({ Dimensions }) => Dimensions);

describe('The log of a function', () => {
  const said = lambda(({ log }) => async () => {
    log('INFO', 'hello', { gatewayId: 'orders' });
    countMetric(log, 'RepairMade', { gatewayId: 'orders' });
    recordGauges(log, { RotationsHeld: 2, KitsLate: 0 });
  });

  it('is JSON lines by Powertools with the service and the rotation, and its metrics are counted over all gateways and for the one', async () => {
    const lines = await printedBy(() => said({ rotationId }, context));
    const service = 'gateway-credential-rotation';
    expect(lines).toMatchObject([
      { level: 'INFO', message: 'hello', gatewayId: 'orders', service, correlation_id: rotationId },
      { service, RepairMade: 1 },
      { service, gatewayId: 'orders', RepairMade: 1 },
      { service, RotationsHeld: 2, KitsLate: 0 },
    ]);
    expect(lines.slice(1).map(dimensionsOf)).toEqual([[[['service']]], [[['service', 'gatewayId']]], [[['service']]]]);
  });

  it('on the path of each request makes the same metrics without a library', async () => {
    const lean = leanLambda(
      ({ log }) =>
        async () =>
          countMetric(log, 'StaleRecordServed', { gatewayId: 'orders' }),
    );
    const [line = {}] = await printedBy(() => lean({}, context));
    expect(line).toMatchObject({ service: 'gateway-credential-rotation', gatewayId: 'orders', StaleRecordServed: 1 });
    expect(dimensionsOf(line)).toEqual([[['service'], ['service', 'gatewayId']]]);
  });
});
