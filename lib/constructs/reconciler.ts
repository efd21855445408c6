import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DeadLetters } from './dead-letters.ts';
import type { RotationFunction } from './rotation-function.ts';

export type ReconcilerProps = {
  /** Runs every minute. Two rounds at once do no more than one: whatever they change is a conditional write of a record. */
  readonly reconcile: RotationFunction;
  readonly deadLetters: DeadLetters;
};

/** Runs the reconciler every minute. A run that is missed or fails is not repeated: the next one does its work. */
export class Reconciler extends Construct {
  constructor(scope: Construct, id: string, { reconcile, deadLetters }: ReconcilerProps) {
    super(scope, id);
    reconcile.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    new Rule(this, 'EveryMinute', {
      description: 'Mends what interrupted rotations left.',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [
        new LambdaFunction(reconcile, {
          retryAttempts: 0,
          maxEventAge: Duration.minutes(1),
          deadLetterQueue: deadLetters.queue,
        }),
      ],
    });
  }
}
