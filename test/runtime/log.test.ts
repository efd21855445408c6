import type { Context } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import { lambdasWith } from '../../lambdas/runtime/host.ts';
import { lambda } from '../../lambdas/runtime/lambda.ts';
import { type Log, withoutSecrets } from '../../lambdas/runtime/log.ts';

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

describe("Powertools' logger", () => {
  it('writes one JSON line with the service, and a metric where CloudWatch reads it', async () => {
    const printed: string[] = [];
    const streams = (['info', 'warn', 'log'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation((line: string) => void printed.push(line)),
    );
    const out = vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
      printed.push(String(line));
      return true;
    });
    const handler = lambda(({ log }) => async () => {
      log('INFO', 'hello', { gatewayId: 'orders' });
      log('WARN', 'RepairMade', { _aws: { Timestamp: 1 }, service: 'gateway-credential-rotation', RepairMade: 1 });
    });
    await handler({ rotationId }, context);
    for (const stream of [...streams, out]) stream.mockRestore();
    const lines = printed.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      {
        level: 'INFO',
        message: 'hello',
        gatewayId: 'orders',
        service: 'gateway-credential-rotation',
        correlation_id: rotationId,
      },
      { message: 'RepairMade', _aws: { Timestamp: 1 }, RepairMade: 1 },
    ]);
  });
});
