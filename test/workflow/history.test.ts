import { describe, expect, test } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import { waitSeconds } from '../../lambdas/domain/next-stage.ts';
import { allShards } from '../../lambdas/domain/shards.ts';
import { type StepInput, stepOutput } from '../../lambdas/workflow/shared/step.ts';
import { inRotation, now } from '../domain/gateways.ts';
import { step } from './doubles.ts';

const retries = 3;
/** Events of AWS for a task of a Lambda function that is retried so often, with the choice and the wait behind it. */
const turnEvents = 5 + 3 * retries + 2 + 2;
/** The same for one call of a distribution, with the iteration around it. */
const callEvents = 7 + 3 * retries;
const fleet: Gateway = inRotation('DISTRIBUTED', { distributedAtMs: now }, { shardCount: 1_024 });

/** The events of each attempt of a rotation of 100,000 kits that waits so many days, every task of it retried. */
const attemptsIn = (days: number): readonly number[] => {
  const attempts: number[] = [];
  let input: StepInput = { ...step, shards: [...allShards(fleet)] };
  let events = 1 + 1_024 * callEvents + 2;
  for (let nowMs = now; nowMs < now + days * 86_400_000; ) {
    const turn = stepOutput(fleet, input, nowMs, { next: 'WaitForKits' });
    events += turnEvents;
    if (turn.next === 'AttemptHandedOn') {
      attempts.push(events + 2);
      events = 1;
      input = step;
      continue;
    }
    nowMs += 1_000 * waitSeconds(fleet, nowMs, undefined);
    input = { ...step, historyEvents: turn.historyEvents };
  }
  return [...attempts, events];
};

describe('an execution of a rotation of 100,000 kits with an overlap of 30 days', () => {
  test('hands on before its 25,000 events are full, although every task is retried three times', () => {
    const attempts = attemptsIn(30);
    expect(Math.max(...attempts)).toBeLessThan(25_000);
    expect(attempts.length).toBeLessThan(6);
  });

  test('has given all kits the credential before it hands on for the first time', () => {
    const { next } = stepOutput(fleet, { ...step, shards: [...allShards(fleet)] }, now);
    expect(next).toBe('VerifyKits');
  });
});
