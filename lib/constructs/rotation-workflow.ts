import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { acceptWildcard } from './exceptions.ts';
import type { RotationFunction } from './rotation-function.ts';

export type RotationWorkflowProps = {
  /** The functions that the definition names, by these names: all of them and no others. */
  readonly tasks: Readonly<Record<string, RotationFunction>>;
  readonly logRetentionDays: RetentionDays;
};

const file = join(import.meta.dirname, '..', 'rotation.asl.json');

/** The workflow of `lib/rotation.asl.json`. It may invoke its tasks, and its logs say where a run went, never with what. */
export class RotationWorkflow extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, { tasks, logRetentionDays }: RotationWorkflowProps) {
    super(scope, id);
    const definition = readFileSync(file, 'utf8');
    const named = [...new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name ?? ''))];
    const given = Object.keys(tasks);
    if (named.toSorted().join() !== given.toSorted().join())
      throw new Error(`tasks: given ${given.join(', ')}; lib/rotation.asl.json names ${named.join(', ')}.`);
    const functionArns = Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, task.functionArn]));
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      comment: 'Rotates the credential of one gateway.',
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(definition),
      definitionSubstitutions: functionArns,
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(this, 'Logs', { retention: logRetentionDays }),
        level: LogLevel.ALL,
        includeExecutionData: false,
      },
    });
    this.stateMachine.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: Object.values(functionArns) }),
    );
    acceptWildcard(this.stateMachine.role, '*', 'X-Ray and the delivery of logs name no resources.');
  }

  /** To start an attempt. */
  grantStart(to: RotationFunction): void {
    to.allow(['states:StartExecution'], [this.stateMachine.stateMachineArn]);
    to.addEnvironment('STATE_MACHINE_ARN', this.stateMachine.stateMachineArn);
  }

  /** To see what became of an execution. */
  grantLook(to: RotationFunction): void {
    to.allowWherever(
      ['states:DescribeExecution'],
      this.executions,
      'Every attempt is an execution of its own, of this one state machine.',
    );
    to.addEnvironment('STATE_MACHINE_ARN', this.stateMachine.stateMachineArn);
  }

  /** To start attempts, and to stop what they replace. */
  grantReplace(to: RotationFunction): void {
    this.grantStart(to);
    to.allowWherever(
      ['states:StopExecution'],
      this.executions,
      'Every attempt is an execution of its own, of this one state machine.',
    );
  }

  /** To start attempts, and to see whether one runs. */
  grantWatch(to: RotationFunction): void {
    this.grantStart(to);
    to.allowWherever(
      ['states:DescribeExecution'],
      this.executions,
      'Every attempt is an execution of its own, of this one state machine.',
    );
  }

  private get executions(): string {
    return Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${this.stateMachine.stateMachineName}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}
