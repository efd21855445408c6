import { expect, test } from 'vitest';
import { lambdaService } from '../../../lib/local/aws/lambda.ts';
import { stepFunctionsService } from '../../../lib/local/aws/step-functions.ts';
import { executionsInMemory } from '../../../lib/local/aws/step-functions-store.ts';
import { virtualTimers } from '../../virtual-timers.ts';

const caller = { name: 'operator' };
const region = 'us-east-1';
const accountId = '000000000000';

test('runs days of waiting in virtual time', async () => {
  const timers = virtualTimers(Date.parse('2026-01-01T00:00:00Z'));
  const lambda = lambdaService({ region, accountId, timers });
  lambda.register('create', { handler: async (event) => ({ got: event }), timeoutMs: 3000 });
  const events: string[] = [];
  const states = stepFunctionsService({
    region,
    accountId,
    machines: [
      {
        name: 'Rotation',
        definition: {
          StartAt: 'Create',
          States: {
            // biome-ignore lint/suspicious/noTemplateCurlyInString: a token of the definition
            Create: { Type: 'Task', Resource: '${Create}', ResultPath: '$.created', Next: 'Pause' },
            Pause: { Type: 'Wait', SecondsPath: '$.seconds', Next: 'Done' },
            Done: { Type: 'Succeed' },
          },
        },
        substitutions: { Create: lambda.arnOf('create') },
      },
    ],
    invoke: lambda.invoke,
    timers,
    store: executionsInMemory(),
    random: () => 0.5,
    onEvent: (_, event) => events.push(event.type),
  });
  const { executionArn } = await states.call(
    'StartExecution',
    { stateMachineArn: states.arnOf('Rotation'), name: 'one', input: '{"seconds": 259200}' },
    caller,
  );
  await timers.runUntil(
    async () => (await states.call('DescribeExecution', { executionArn }, caller)).status !== 'RUNNING',
    300_000_000,
  );
  expect(await states.call('DescribeExecution', { executionArn }, caller)).toEqual({
    executionArn: 'arn:aws:states:us-east-1:000000000000:execution:Rotation:one',
    stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:Rotation',
    name: 'one',
    status: 'SUCCEEDED',
    startDate: 1767225600,
    stopDate: 1767484800,
    input: '{"seconds": 259200}',
    inputDetails: { included: true },
    output: '{"seconds":259200,"created":{"got":{"seconds":259200}}}',
    outputDetails: { included: true },
    redriveCount: 0,
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
  });
  expect(events).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'LambdaFunctionScheduled',
    'LambdaFunctionStarted',
    'LambdaFunctionSucceeded',
    'TaskStateExited',
    'WaitStateEntered',
    'WaitStateExited',
    'SucceedStateEntered',
    'SucceedStateExited',
    'ExecutionSucceeded',
  ]);
});
