import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { deploymentName } from './deployment-name.ts';
import { acceptWildcard } from './exceptions.ts';
import { keptLogs } from './kept-logs.ts';
import type { Grant, RotationFunction } from './rotation-function.ts';

export type RotationWorkflowProps = {
  /** The functions that the definition names, by these names: all of them and no others. */
  readonly tasks: Readonly<Record<string, RotationFunction>>;
  readonly logRetentionDays: RetentionDays;
};

const file = join(import.meta.dirname, '..', 'rotation.asl.json');

/** What each operation is done to. */
const operates = { StartExecution: 'machine', DescribeExecution: 'execution', StopExecution: 'execution' } as const;

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
        // Below this name AWS needs no policy for each group; the one policy that it writes otherwise is full after some stacks.
        destination: keptLogs(this, 'Logs', logRetentionDays, `/aws/vendedlogs/states/${deploymentName}`),
        level: LogLevel.ALL,
        includeExecutionData: false,
      },
    });
    this.stateMachine.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: Object.values(functionArns) }),
    );
    acceptWildcard(this.stateMachine.role, '*', 'X-Ray and the delivery of logs name no resources.');
  }

  /** On the state machine and its executions: each attempt is one. */
  on(...operations: readonly (keyof typeof operates)[]): Grant {
    return (to) => {
      for (const operation of operations)
        if (operates[operation] === 'machine') to.allow([`states:${operation}`], [this.stateMachine.stateMachineArn]);
        else
          to.allowWherever(
            [`states:${operation}`],
            this.executionsArn,
            'Every attempt is an execution of its own, of this one state machine.',
          );
      to.addEnvironment('STATE_MACHINE_ARN', this.stateMachine.stateMachineArn);
    };
  }

  /** All executions of the state machine, as a pattern. */
  get executionsArn(): string {
    return Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${this.stateMachine.stateMachineName}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}
