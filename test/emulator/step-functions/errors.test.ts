import { describe, expect, test } from 'vitest';
import { all, caughtBy, execute, only, startServices, token } from './running.ts';

describe('a failed Task', () => {
  test('says which function there is not', async () => {
    const Resource = 'arn:aws:lambda:us-east-1:000000000000:function:none';
    const { result } = await execute(only({ Type: 'Task', Resource }));
    expect(result.cause).toBe(`Function not found: ${Resource}`);
  });

  test('is caught as Sandbox.Timedout after the time of its function', async () => {
    const state = { Type: 'Task', Resource: token('Sleep'), Parameters: { seconds: 901 } };
    const { result } = await execute(caughtBy(state, [all]), { a: 1 });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'Sandbox.Timedout' } });
  });
});

describe('a Retry', () => {
  const busy = { ErrorEquals: ['Busy'] };
  const calls = (types: string[]) => types.filter((type) => type === 'LambdaFunctionScheduled').length;

  test.each([
    ['waits 1, 2, 4 s by default, three times', {}, 7, 4],
    ['does not try again with MaxAttempts 0', { MaxAttempts: 0 }, 0, 1],
    ['grows by BackoffRate', { IntervalSeconds: 3, BackoffRate: 1.5, MaxAttempts: 4 }, 3 + 4.5 + 6.75 + 10.125, 5],
    ['is bounded by MaxDelaySeconds', { IntervalSeconds: 3, MaxDelaySeconds: 5, MaxAttempts: 4 }, 3 + 5 + 5 + 5, 5],
    ['takes a random part with full jitter', { IntervalSeconds: 4, MaxAttempts: 2, JitterStrategy: 'FULL' }, 1 + 2, 3],
  ])('%s', async (_, retrier, seconds, expectedCalls) => {
    const run = await execute(only({ Type: 'Task', Resource: token('FailAlways'), Retry: [{ ...busy, ...retrier }] }));
    expect(run.result).toMatchObject({ status: 'FAILED', error: 'Busy' });
    expect(run.seconds).toBeCloseTo(seconds, 6);
    expect(calls(run.types)).toBe(expectedCalls);
  });

  test('of another error does not help, and the catch comes after the retries', async () => {
    const state = {
      Type: 'Task',
      Resource: token('FailAlways'),
      Retry: [{ ErrorEquals: ['Other'] }, { ...busy, MaxAttempts: 1 }, { ErrorEquals: ['States.ALL'] }],
    };
    const { result, seconds } = await execute(caughtBy(state, [all]));
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'Busy' } });
    expect(seconds).toBe(1);
  });

  test('that is pausing when the execution is stopped calls nothing any more', async () => {
    const { start, call, timers, events } = startServices(
      only({ Type: 'Task', Resource: token('FailAlways'), Retry: [busy] }),
    );
    const executionArn = await start({});
    await timers.advance(500);
    await call('StopExecution', { executionArn });
    await timers.advance(60_000);
    expect(events.filter(({ type }) => type === 'LambdaFunctionScheduled')).toHaveLength(1);
    expect(events.at(-1)?.type).toBe('ExecutionAborted');
  });
});
